export { nodeHmacSha256 } from "./hmac.js";
export { nodeTransport } from "./node-transport.js";
