// Stands for your application. It knows nothing of the agent, which is loaded by `--import`.
import { createServer } from "node:http";

const server = createServer((_request, response) => response.end("hello\n"));
server.listen(process.env.PORT ?? 3000, () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
