// A table whose rows open something, by click, Tab and Enter; ticks are kept as state. All text is text.
export default function ({ data, parentElement, setTriggerValue, setStateValue }) {
  const make = (tag, name, text) => {
    const node = document.createElement(tag)
    if (name) node.className = name
    if (text !== undefined) node.textContent = text
    return node
  }
  const ticked = new Set(data.ticked)
  const box = parentElement.querySelector(".sales-pick")
  const table = make("table", `sales-table sales-picks${data.opens ? "" : " sales-still"}`)
  const rowBoxes = []
  let all = null

  const tell = () => {
    setStateValue("ticked", data.rows.map((row) => row.id).filter((id) => ticked.has(id)))
    refresh()
  }
  const refresh = () => {
    rowBoxes.forEach(([input, id]) => { input.checked = ticked.has(id) })
    if (all) {
      const count = data.rows.filter((row) => ticked.has(row.id)).length
      all.checked = count > 0 && count === data.rows.length
      all.indeterminate = count > 0 && count < data.rows.length
    }
  }
  const tickBox = (label, act) => {
    const input = make("input")
    input.type = "checkbox"
    input.setAttribute("aria-label", label)
    input.onchange = () => { act(input.checked); tell() }
    return input
  }

  const head = make("tr")
  if (data.tick) {
    const cell = make("th", "tick")
    all = tickBox(data.words.all, (on) => data.rows.forEach((row) => (on ? ticked.add(row.id) : ticked.delete(row.id))))
    cell.append(all)
    head.append(cell)
  }
  data.columns.forEach((column) => head.append(make("th", column.kind === "number" ? "number" : "", column.label)))
  head.querySelectorAll("th").forEach((cell) => { cell.scope = "col" })
  const top = make("thead")
  top.append(head)

  // A value of the file: its hidden characters are shown as signs of their own.
  const raw = (parts) => {
    const node = make("bdi", "sales-raw")
    if (!parts.length) node.append(make("i", "sales-none", data.words.nothing))
    parts.forEach(([text, sign]) => {
      const part = make(sign ? "i" : "span", sign ? "sales-sign" : "", text)
      if (sign) part.title = sign
      node.append(part)
    })
    return node
  }

  const body = make("tbody")
  data.rows.forEach((row) => {
    const line = make("tr", row.id === data.opened ? "opened" : "")
    const open = () => setTriggerValue("opened", row.id)
    if (data.tick) {
      const cell = make("td", "tick")
      const input = tickBox(`${data.words.one}: ${row.cells.slice(0, 2).map((cell) => cell.text).join(" · ")}`, (on) => (on ? ticked.add(row.id) : ticked.delete(row.id)))
      rowBoxes.push([input, row.id])
      cell.append(input)
      cell.onclick = (event) => event.stopPropagation()
      line.append(cell)
    }
    row.cells.forEach((cell, at) => {
      const column = data.columns[at]
      const node = make("td", column.kind === "number" ? "number" : "")
      node.dataset.label = column.label
      const main = cell.raw === null
        ? make(at || !data.opens ? "span" : "button", at || !data.opens ? "" : "sales-open", cell.text)
        : raw(cell.raw)
      if (cell.title) main.title = cell.title
      if (main.tagName === "BUTTON") main.type = "button"
      if (cell.tag !== null) main.classList.add("sales-tag", cell.tag || "plain")
      node.append(main)
      if (cell.below) {
        const below = make("small", cell.below_tag === null ? "" : `sales-tag ${cell.below_tag}`, cell.below)
        node.append(below)
      }
      if (cell.bar !== null) {
        const bar = make("div", `sales-bar ${cell.bar_tag}`)
        bar.style.inlineSize = `${Math.max(1, 100 * cell.bar)}%`
        node.append(bar)
      }
      line.append(node)
    })
    if (data.opens) line.onclick = () => { if (!String(getSelection())) open() }
    body.append(line)
  })
  table.append(top, body)
  box.setAttribute("aria-label", data.label)
  box.dir = data.direction
  box.replaceChildren(table)
  refresh()
}
