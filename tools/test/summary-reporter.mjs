/**
 * Ends the output of a test run with one line for people and programs: `N passed, N failed`. A suite that could not run at all is one failure.
 *
 * The line is written when the process exits, because jest prints its own summary after all other reporters, and stops the services after that.
 */
export default class SummaryReporter {
  onRunComplete(_contexts, { numPassedTests, numFailedTests, testResults }) {
    const brokenSuites = testResults.filter((suite) => suite.numFailingTests === 0 && (suite.testExecError || suite.failureMessage)).length;
    process.once('exit', () => process.stdout.write(`${numPassedTests} passed, ${numFailedTests + brokenSuites} failed\n`));
  }
}
