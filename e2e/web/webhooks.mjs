// Standard Webhooks' own library reads what Causeway signed, and signs what
// Causeway is to read.
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const { secrets, stranger, headers, body } = JSON.parse(readFileSync(0, "utf8"));
const fits = (secret, text, change = {}) => {
  try {
    return new Webhook(secret).verify(text, { ...headers, ...change }).id;
  } catch (err) {
    return `${err.name}: ${err.message}`;
  }
};
const now = new Date();
const ours = JSON.stringify({ id: "job-2", state: "failed" });
process.stdout.write(JSON.stringify({
  read: secrets.map((secret) => fits(secret, body)),
  stranger: fits(stranger, body),
  changed: fits(secrets[0], body.replace("succeeded", "cancelled")),
  renamed: fits(secrets[0], body, { "webhook-id": "another" }),
  body: ours,
  headers: {
    "webhook-id": "job-2",
    "webhook-timestamp": String(Math.floor(now / 1000)),
    "webhook-signature": new Webhook(secrets[1]).sign("job-2", now, ours),
  },
}));
