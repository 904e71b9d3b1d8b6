// One press is one step of the browser's history, so that one press of Back undoes it; what a step
// opens is shown from its top, and Back leads to where on the page one was.
//
// For one change of page Streamlit's page makes two entries: the old path with the new parameters,
// then the new path with them; a filter of several parameters makes one for each. What follows
// without a press in between belongs to the same change: it takes the place of the entry before.
(() => {
    // What stands in an address to say what is shown; the rest narrows, orders or unfolds it.
    const SUBJECT = ["issue", "rule", "user", "event", "run", "load", "line", "job", "done", "file",
        "after", "before", "page"]
    const PLACES = "places", MOST_PLACES = 100, PATIENCE = 4000
    const fresh = () => Math.random().toString(36).slice(2)
    const pushEntry = history.pushState.bind(history)
    const replaceEntry = history.replaceState.bind(history)
    let pressed = false
    let step = history.state?.step ?? fresh()
    let waiting = null
    const settle = () => { clearInterval(waiting); waiting = null }
    for (const kind of ["pointerdown", "keydown", "click", "drop"])
        addEventListener(kind, () => { pressed = true }, true)
    // Whoever scrolls by hand is not pulled anywhere.
    for (const kind of ["wheel", "touchstart", "pointerdown", "keydown"])
        addEventListener(kind, settle, { capture: true, passive: true })

    const pane = () => document.querySelector("[data-testid=stMain]")
    const subject = (address) => {
        const url = new URL(address, location.href)
        return [url.pathname, ...SUBJECT.map((name) => url.searchParams.getAll(name).join())].join("|")
    }
    const places = () => {
        try { return JSON.parse(sessionStorage.getItem(PLACES)) ?? {} } catch { return {} }
    }
    const keepPlace = () => {
        const { [step]: _, ...others } = places()
        const kept = [...Object.entries(others), [step, pane()?.scrollTop ?? 0]].slice(-MOST_PLACES)
        try { sessionStorage.setItem(PLACES, JSON.stringify(Object.fromEntries(kept))) }
        catch { /* a browser without storage begins at the top */ }
    }
    // The page is drawn piece by piece: until it is tall enough, and through, the place is sought.
    const goTo = (place) => {
        settle()
        const until = Date.now() + PATIENCE
        const app = () => document.querySelector("[data-testid=stApp]")?.dataset.testScriptState
        let quiet = 0
        waiting = setInterval(() => {
            const main = pane()
            if (main) main.scrollTop = place
            quiet = app() === "notRunning" && main && Math.abs(main.scrollTop - place) < 2 ? quiet + 1 : 0
            if (quiet > 8 || Date.now() > until) settle()
        }, 60)
    }
    const write = (entry, state, title, address) => {
        const other = address !== undefined && subject(address) !== subject(location.href)
        entry({ ...state, step }, title, address)
        if (other && pane()) { settle(); pane().scrollTop = 0 }
    }
    // After Back and Forward, what the page writes must not cut off the way to where one came from.
    addEventListener("popstate", (event) => {
        pressed = false
        keepPlace()
        step = event.state?.step ?? fresh()
        goTo(places()[step] ?? 0)
    }, true)
    history.replaceState = (...entry) => write(replaceEntry, ...entry)
    history.pushState = (...entry) => {
        if (pressed) {
            keepPlace()
            step = fresh()
            write(pushEntry, ...entry)
        } else history.replaceState(...entry)
        pressed = false
    }
    replaceEntry({ ...history.state, step }, "")
})()
