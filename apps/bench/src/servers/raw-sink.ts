import { createServer } from "node:net";

// The floor of any server on Node: accept, read, discard. First argument: the port.
createServer({ noDelay: true }, (socket) => {
  socket.on("data", () => {});
  socket.on("error", () => {});
}).listen(Number(process.argv[2]), "127.0.0.1");
