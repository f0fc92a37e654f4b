/* The control that imports the target and no more; laid beside the proof's files, as one of them. */
"use strict";

const name = process.argv[2];

try {
  require(name);
} catch (error) {
  if (!["ERR_REQUIRE_ESM", "ERR_PACKAGE_PATH_NOT_EXPORTED"].includes(error.code)) throw error;
  import(name).catch((problem) => {
    console.error(problem);
    process.exit(1);
  });
}
