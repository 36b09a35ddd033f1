import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, streamText } from "ai";
import { failure, key, report, url } from "./report.mjs";

const provider = (apiKey) => createOpenAICompatible({ name: "causeway", baseURL: url + "/v1", apiKey, includeUsage: true });
const model = (name) => provider(key)(name);

await report({
  async plain() {
    const out = await generateText({ model: model("chat"), system: "Be brief.", prompt: "hello" });
    return { text: out.text, finish: out.finishReason, total: out.usage.totalTokens };
  },
  async stream() {
    const out = streamText({ model: model("chat"), prompt: "hello" });
    let text = "", chunks = 0;
    for await (const part of out.textStream) { text += part; chunks++; }
    return { text, chunks, finish: await out.finishReason, total: (await out.usage).totalTokens };
  },
  async abort() {
    const gone = new AbortController();
    const out = streamText({ model: model("slow"), prompt: "left", abortSignal: gone.signal });
    let text = "";
    for await (const part of out.textStream) { text += part; gone.abort(); }
    return { text };
  },
  wrongKey: () => failure(generateText({ model: provider("wrong")("chat"), prompt: "x", maxRetries: 0 })),
  noModel: () => failure(generateText({ model: model("nope"), prompt: "x", maxRetries: 0 })),
  async broken() {
    let error;
    const out = streamText({ model: model("breaks"), prompt: "x", maxRetries: 0, onError: (e) => { error = e.error; } });
    let text = "";
    for await (const part of out.textStream) text += part;
    return { text, failed: error !== undefined, told: `${error?.message ?? error}` };
  },
});
