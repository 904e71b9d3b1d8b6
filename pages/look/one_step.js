// One press is one step of the browser's history, so that one press of Back undoes it.
//
// For one change of page Streamlit's page makes two entries: the old path with the new parameters,
// then the new path with them; a filter of several parameters makes one for each. What follows
// without a press in between belongs to the same change: it takes the place of the entry before.
(() => {
    let pressed = false
    for (const kind of ["pointerdown", "keydown", "click", "drop"])
        addEventListener(kind, () => { pressed = true }, true)
    // After Back and Forward, what the page writes must not cut off the way to where one came from.
    addEventListener("popstate", () => { pressed = false }, true)

    const push = history.pushState.bind(history)
    history.pushState = (...entry) => {
        if (pressed) push(...entry)
        else history.replaceState(...entry)
        pressed = false
    }
})()
