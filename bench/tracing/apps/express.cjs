const express = require("express");
const { serve } = require("./measured.cjs");

const app = express();
app.get("/users/:id", (_request, response) => response.end("ok"));
serve(app);
