export { RecordingTransport } from "./recording-transport.js";
