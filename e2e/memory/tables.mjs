// dynalite on the loopback interface only, in memory. It ends with whoever holds
// its standard input.
import dynalite from "dynalite";

// By itself it ends when a client breaks a request off.
process.on("uncaughtException", (err) => {
  if (err.code !== "ECONNRESET") throw err;
});
const server = dynalite({ createTableMs: 20, deleteTableMs: 20 });
server.listen(Number(process.argv[2]), "127.0.0.1");
process.stdin.on("end", () => process.exit(0)).resume();
