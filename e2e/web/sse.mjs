// The page's reader of server-sent events, fed with every way to cut a stream.
import { readFileSync } from "node:fs";

const { module, cases } = JSON.parse(readFileSync(0, "utf8"));
const { events } = await import(module);

const body = (pieces) =>
  new ReadableStream({
    start(c) {
      for (const piece of pieces) c.enqueue(piece);
      c.close();
    },
  });
const read = async (pieces) => {
  const all = [];
  for await (const e of events(body(pieces))) all.push(e);
  return JSON.stringify(all);
};

const report = [];
for (const text of cases) {
  const bytes = new TextEncoder().encode(text);
  const whole = await read([bytes]);
  const differs = [];
  for (let i = 0; i <= bytes.length; i++) {
    for (const j of [i, Math.min(i + 1, bytes.length), bytes.length]) {
      const cut = await read([bytes.slice(0, i), bytes.slice(i, j), bytes.slice(j)]);
      if (cut !== whole) differs.push(`${i},${j}: ${cut}`);
    }
  }
  const singly = await read([...bytes].map((b) => Uint8Array.of(b)));
  if (singly !== whole) differs.push(`byte by byte: ${singly}`);
  report.push({ events: JSON.parse(whole), differs });
}

// An event is told as soon as its empty line is there, and a reader who leaves
// lets the connection go.
let cancelled = false;
let feed;
const open = new ReadableStream({ start: (c) => (feed = c), cancel: () => (cancelled = true) });
feed.enqueue(new TextEncoder().encode("data: now\r\r"));
for await (const e of events(open)) {
  report.push({ events: [e], differs: [] });
  break;
}
report.push({ events: [], differs: cancelled ? [] : ["the connection stays open"] });
process.stdout.write(JSON.stringify(report));
