import OpenAI from "openai";
import { failure, key, report, url } from "./report.mjs";

// The server does one run at a time. While one goes on others are told to come
// back, and the client does.
const create = (maxRetries, model, more) =>
  new OpenAI({ baseURL: url + "/v1", apiKey: key, maxRetries }).chat.completions.create({ model, messages: [{ role: "user", content: "held" }], ...more });

await report({
  async busy() {
    const held = await create(0, "slow", { stream: true });
    await held[Symbol.asyncIterator]().next(); // it has begun
    const refused = await failure(create(0, "echo"));
    const begin = Date.now();
    const patient = create(5, "echo");
    setTimeout(() => held.controller.abort(), 300);
    const text = (await patient).choices[0].message.content;
    return { ...refused, text, waited: Date.now() - begin };
  },
});
