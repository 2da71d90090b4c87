export { type ConnectNodeOptions, connectNode } from "./connect-node.js";
export { nodeHmacSha256 } from "./hmac.js";
export { nodeTransport } from "./node-transport.js";
export { nodeRandom } from "./random.js";
