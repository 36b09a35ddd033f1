import OpenAI from "openai";
import { failure, key, report, url } from "./report.mjs";

const client = new OpenAI({ baseURL: url + "/v1", apiKey: key, maxRetries: 0 });
const chat = (model, content, more) => client.chat.completions.create({ model, messages: [{ role: "user", content }], ...more });

async function read(stream, each) {
  const out = { text: "", chunks: 0, finish: null, usage: null, ids: new Set() };
  for await (const chunk of stream) {
    out.ids.add(chunk.id);
    out.usage = chunk.usage ?? out.usage;
    const choice = chunk.choices[0];
    if (choice?.delta.content) { out.text += choice.delta.content; out.chunks++; }
    out.finish = choice?.finish_reason ?? out.finish;
    each?.(out);
  }
  return { ...out, ids: out.ids.size };
}

await report({
  async plain() {
    const { data, request_id } = await chat("chat", "hello").withResponse();
    const [choice] = data.choices;
    return { text: choice.message.content, role: choice.message.role, finish: choice.finish_reason, usage: data.usage, model: data.model, same: data.id === "chatcmpl-" + request_id };
  },
  stream: async () => read(await chat("chat", "hello", { stream: true })),
  usage: async () => read(await chat("chat", "hello", { stream: true, stream_options: { include_usage: true } })),
  async helper() { // puts the chunks together itself, and is strict about them
    const out = await client.chat.completions.stream({ model: "chat", messages: [{ role: "user", content: "hello" }], stream_options: { include_usage: true } }).finalChatCompletion();
    return { text: out.choices[0].message.content, finish: out.choices[0].finish_reason, total: out.usage.total_tokens };
  },
  async conversation() {
    const messages = [
      { role: "system", content: "Obey." }, { role: "user", content: "I am Ada" }, { role: "assistant", content: "Hello Ada" },
      { role: "user", content: [{ type: "text", text: "What is my name?" }] },
    ];
    const out = await client.chat.completions.create({ model: "chat", messages, temperature: 0.2, max_tokens: 50, top_p: 1, user: "ada", seed: 1, store: false });
    return { text: out.choices[0].message.content };
  },
  async cut() {
    return { finish: (await chat("chat", "cut it")).choices[0].finish_reason };
  },
  async one() { // no model writes this reply: it comes whole
    return read(await chat("echo", "as it is", { stream: true }));
  },
  async abort() {
    const stream = await chat("slow", "aborted", { stream: true });
    return read(stream, () => stream.controller.abort());
  },
  async abortPlain() {
    const gone = new AbortController();
    setTimeout(() => gone.abort(), 200);
    return failure(client.chat.completions.create({ model: "slow", messages: [{ role: "user", content: "gone" }] }, { signal: gone.signal }));
  },
  broken: async () => failure(read(await chat("breaks", "x", { stream: true }))),
  wrongKey: () => failure(new OpenAI({ baseURL: url + "/v1", apiKey: "wrong", maxRetries: 0 }).models.list()),
  noModel: () => failure(chat("nope", "x")),
  noChatModel: () => failure(chat("two", "x")),
  tools: () => failure(chat("chat", "x", { tools: [{ type: "function", function: { name: "f", parameters: {} } }] })),
  asks: () => failure(chat("asks", "x")),
  quota: () => failure(chat("chat", "quota")),
  quotaStreamed: () => failure(chat("chat", "quota", { stream: true })),
  fails: () => failure(client.chat.completions.create({ model: "fails", messages: [{ role: "user", content: "x" }] }, { maxRetries: 3 })),
  async models() {
    const ids = [];
    for await (const m of client.models.list()) ids.push(m.id);
    return { ids: ids.join(" "), one: (await client.models.retrieve("chat")).object };
  },
  noSuchModel: () => failure(client.models.retrieve("nope")),
});
