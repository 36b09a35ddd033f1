// Server-sent events from a fetch response: EventSource cannot POST.
// The rules are the WHATWG's: html.spec.whatwg.org, "Server-sent events".

// events yields {type, data, id} for each event of a response's body, wherever
// the network cuts it: within a line, between \r and \n, within a character. An
// event that has not ended when the body does is none.
export async function* events(body) {
  let event = { type: "", data: [] };
  let id = "";
  for await (const line of lines(body)) {
    if (line === "") {
      if (event.data.length > 0) yield { type: event.type || "message", data: event.data.join("\n"), id };
      event = { type: "", data: [] };
      continue;
    }
    const colon = line.indexOf(":");
    if (colon === 0) continue; // a comment: the server is still there
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") event.type = value;
    if (field === "data") event.data.push(value);
    if (field === "id" && !value.includes("\0")) id = value;
  }
}

// lines yields the lines of a stream of bytes, which end with \n, \r or \r\n.
async function* lines(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder(); // takes a byte order mark away, and keeps half a character
  let rest = "";
  let cr = false; // the last piece ended with \r: a \n that follows belongs to it
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const piece = decoder.decode(value, { stream: true });
      if (piece === "") continue;
      const parts = (rest + (cr && piece[0] === "\n" ? piece.slice(1) : piece)).split(/\r\n|\n|\r/);
      cr = piece.endsWith("\r");
      rest = parts.pop();
      yield* parts;
    }
  } finally {
    reader.cancel().catch(() => {}); // whoever stops reading lets the connection go
  }
}
