package io.httpconnector;

import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the caller says of a request beside the message itself. Immutable: each method gives new terms.
 *
 * @param accepted the statuses that are welcome beside 2xx
 * @param timeout how long the whole exchange may take; null for what the connection says
 * @param idempotent whether the caller says that repeating does no harm
 * @param upload who is told of the body that is sent
 * @param download who is told of the body that comes
 */
@SuppressWarnings("ArrayRecordComponent") // never shown, compared or changed
record Terms(
        int[] accepted,
        @Nullable Duration timeout,
        boolean idempotent,
        @Nullable Progress upload,
        @Nullable Progress download) {

    static final Terms NONE = new Terms(new int[0], null, false, null, null);

    private static final int[] ANY_STATUS = {-1};

    Terms accepting(int... statuses) {
        if (accepted == ANY_STATUS) {
            return this;
        }
        int[] all = Arrays.copyOf(accepted, accepted.length + statuses.length);
        System.arraycopy(statuses, 0, all, accepted.length, statuses.length);
        return new Terms(all, timeout, idempotent, upload, download);
    }

    Terms acceptingAnyStatus() {
        return new Terms(ANY_STATUS, timeout, idempotent, upload, download);
    }

    Terms within(Duration limit) {
        return new Terms(accepted, limit, idempotent, upload, download);
    }

    Terms repeatable() {
        return new Terms(accepted, timeout, true, upload, download);
    }

    Terms tellingOfUpload(Progress progress) {
        return new Terms(accepted, timeout, idempotent, progress, download);
    }

    Terms tellingOfDownload(Progress progress) {
        return new Terms(accepted, timeout, idempotent, upload, progress);
    }

    boolean accepts(int status) {
        if ((status >= 200 && status < 300) || accepted == ANY_STATUS) {
            return true;
        }
        for (int one : accepted) {
            if (one == status) {
                return true;
            }
        }
        return false;
    }
}
