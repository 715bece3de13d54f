package io.httpconnector.testing.recording;

/** Thrown when a test and its recording differ: a request was not recorded, or recorded requests were not sent. */
public final class RecordingMismatchError extends AssertionError {

    private static final long serialVersionUID = 1L;

    RecordingMismatchError(String message) {
        super(message);
    }

    RecordingMismatchError(RecordingMismatchError first) {
        super(first.getMessage(), first);
    }
}
