import { Client } from "./client.js";

// `node --import @tidegauge/agent/register app.js`: configured by the environment alone.
new Client();
