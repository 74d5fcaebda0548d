export { ElasticsearchOutput } from "./elasticsearch-output.js";
