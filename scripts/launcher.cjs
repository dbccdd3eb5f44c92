#!/usr/bin/env node
"use strict";
// Starts app.js. Most of a start is compiling it, so what was compiled is kept for the next one.
require("./compiled.js").start(require("node:path").join(__dirname, "app.js"), "BUILD");
