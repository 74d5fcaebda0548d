export { type ElasticsearchOptions, ElasticsearchOutput } from "./elasticsearch-output.js";
