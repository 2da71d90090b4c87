import { createWriteStream } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { pipeline } from "node:stream";

// The floor of any server on Node: accept, read, discard; or write what is read to a file, as Node does that. First argument: the port;
// second: the folder for such files.
const [port, folder] = process.argv.slice(2);
let count = 0;
createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => {});
  if (folder === undefined) socket.on("data", () => {});
  else pipeline(socket, createWriteStream(join(folder, `load${count++}`), { highWaterMark: 1024 * 1024 }), () => {});
}).listen(Number(port), "127.0.0.1");
