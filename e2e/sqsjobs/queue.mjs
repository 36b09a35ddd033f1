// fauxqs on the loopback interface only: its own start listens on all of them.
// It ends with whoever holds its standard input.
import { buildApp } from "fauxqs";

const app = buildApp({ logger: false });
await app.listen({ host: "127.0.0.1", port: Number(process.argv[2]) });
process.stdin.on("end", () => process.exit(0)).resume();
