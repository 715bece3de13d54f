package io.httpconnector.cli;

/** The exit codes of the command, which scripts rely on. */
final class ExitCode {

    /** Success. */
    static final int OK = 0;
    /** The service could not be reached, refused the request, or a check found something. */
    static final int FAILED = 1;
    /** The command was called incorrectly: unknown options, missing files or inputs. */
    static final int USAGE = 2;
    /** The document, or a value for it, is invalid. */
    static final int INVALID = 3;
    /** The user must authorize the connector first, or again. */
    static final int UNAUTHORIZED = 4;
    /** The command itself has a defect. */
    static final int INTERNAL = 70;
    /** The reader of the output has closed the pipe, as with {@code head}. */
    static final int OUTPUT_CLOSED = 141;
    /** The user has stopped the command. */
    static final int STOPPED = 130;

    /** The exit codes for the help text. */
    static final String[] LIST = {
        OK + ":success",
        FAILED + ":the service could not be reached or refused the request, or a check found a problem",
        USAGE + ":the command was called incorrectly: an unknown option, a missing file or value",
        INVALID + ":the document, or a value for it, is invalid",
        UNAUTHORIZED + ":authorization is required: run \"connector authorize\"",
        INTERNAL + ":a defect of this command; run it with --verbose and report it",
        STOPPED + ":stopped by Ctrl-C",
        OUTPUT_CLOSED + ":the reader of the output has closed it, such as \"head\""
    };

    private ExitCode() {}
}
