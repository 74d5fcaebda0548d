const { serve } = require("./measured.cjs");

serve((_request, response) => response.end("ok"));
