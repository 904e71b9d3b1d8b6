// Sends the chosen file to our own route as a stream; only its token goes to the page's script.
export default function ({ data, parentElement, setTriggerValue }) {
  const find = (what) => parentElement.querySelector(what)
  const [box, input, bar, state, fault, cancel] = [".up", "input", "progress", ".state", ".fault", "button"].map(find)
  const show = (node, on) => { node.hidden = !on }
  box.dir = data.direction
  find(".title").textContent = data.words.drop
  find(".limit").textContent = data.words.limit
  cancel.textContent = data.words.cancel
  input.accept = data.accept

  const refuse = (text) => {
    box.request = null
    fault.textContent = text
    state.textContent = ""
    show(fault, true); show(bar, false); show(cancel, false)
    input.value = ""
  }

  const answered = (request) => {
    if (request.status === 201) {
      const answer = JSON.parse(request.responseText)
      box.request = null
      state.textContent = `\u2068${answer.name}\u2069 · ${data.words.done}`
      show(bar, false); show(cancel, false)
      input.value = ""
      setTriggerValue("token", answer.token)
      return
    }
    let said = null
    try { said = JSON.parse(request.responseText).message } catch { /* a proxy's answer is no JSON */ }
    refuse(said || ([401, 403].includes(request.status) ? data.words.not_allowed : data.words.failed))
  }

  const send = (file) => {
    if (!file || box.request) return
    const request = new XMLHttpRequest()
    box.request = request
    show(fault, false); show(bar, true); show(cancel, true)
    bar.value = 0
    state.textContent = `\u2068${file.name}\u2069 · ${data.words.sending}`
    request.upload.onprogress = (event) => { if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total }
    request.onload = () => answered(request)
    request.onerror = () => refuse(data.words.failed)
    request.onabort = () => { box.request = null; state.textContent = ""; show(bar, false); show(cancel, false); input.value = "" }
    // A file that is too large is refused before its first byte; the route counts again.
    if (file.size > data.most) { refuse(data.words.too_large); return }
    request.open("POST", "/uploads")
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name))
    request.send(file)
  }

  input.onchange = () => send(input.files[0])
  cancel.onclick = (event) => { event.preventDefault(); box.request?.abort() }
  box.ondragover = (event) => { event.preventDefault(); box.classList.add("over") }
  box.ondragleave = () => box.classList.remove("over")
  box.ondrop = (event) => { event.preventDefault(); box.classList.remove("over"); send(event.dataTransfer.files[0]) }
  return () => { box.request?.abort() }
}
