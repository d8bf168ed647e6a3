/** The tests of `../e2e/desk.test.mjs`, with the real server in place of the mock (LINJE_BIN). */
import "../e2e/desk.test.mjs";
