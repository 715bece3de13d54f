package io.httpconnector.internal.http;

import io.httpconnector.ProgressListener;
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
public record RequestOptions(
        int[] accepted,
        @Nullable Duration timeout,
        boolean idempotent,
        @Nullable ProgressListener upload,
        @Nullable ProgressListener download) {

    public static final RequestOptions NONE = new RequestOptions(new int[0], null, false, null, null);

    private static final int[] ANY_STATUS = {-1};

    public RequestOptions withAcceptedStatuses(int... statuses) {
        if (accepted == ANY_STATUS) {
            return this;
        }
        int[] all = Arrays.copyOf(accepted, accepted.length + statuses.length);
        System.arraycopy(statuses, 0, all, accepted.length, statuses.length);
        return new RequestOptions(all, timeout, idempotent, upload, download);
    }

    public RequestOptions withAnyStatus() {
        return new RequestOptions(ANY_STATUS, timeout, idempotent, upload, download);
    }

    public RequestOptions withTimeout(Duration limit) {
        return new RequestOptions(accepted, limit, idempotent, upload, download);
    }

    public RequestOptions asIdempotent() {
        return new RequestOptions(accepted, timeout, true, upload, download);
    }

    public RequestOptions withUploadListener(ProgressListener progress) {
        return new RequestOptions(accepted, timeout, idempotent, progress, download);
    }

    public RequestOptions withDownloadListener(ProgressListener progress) {
        return new RequestOptions(accepted, timeout, idempotent, upload, progress);
    }

    public boolean accepts(int status) {
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
