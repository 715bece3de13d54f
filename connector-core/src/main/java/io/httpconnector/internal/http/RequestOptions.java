package io.httpconnector.internal.http;

import io.httpconnector.ProgressListener;
import io.httpconnector.internal.graphql.GraphQlMode;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Per-request options that are not part of the HTTP message. Immutable: each method returns new options.
 *
 * @param accepted the statuses that are accepted besides 2xx
 * @param timeout the timeout of the whole exchange; null for the timeout of the connection
 * @param idempotent whether the caller declares the request idempotent
 * @param upload the listener for upload progress, or null
 * @param download the listener for download progress, or null
 * @param graphQl the treatment of a GraphQL response; null if the response is none
 * @param persistedQuery the GraphQL query of which only the hash is sent; null if it is sent itself
 */
@SuppressWarnings("ArrayRecordComponent") // never shown, compared or changed
public record RequestOptions(
        int[] accepted,
        @Nullable Duration timeout,
        boolean idempotent,
        @Nullable ProgressListener upload,
        @Nullable ProgressListener download,
        @Nullable GraphQlMode graphQl,
        @Nullable String persistedQuery) {

    public static final RequestOptions NONE = new RequestOptions(new int[0], null, false, null, null, null, null);

    private static final int[] ANY_STATUS = {-1};

    public RequestOptions withAcceptedStatuses(int... statuses) {
        if (accepted == ANY_STATUS) {
            return this;
        }
        int[] all = Arrays.copyOf(accepted, accepted.length + statuses.length);
        System.arraycopy(statuses, 0, all, accepted.length, statuses.length);
        return new RequestOptions(all, timeout, idempotent, upload, download, graphQl, persistedQuery);
    }

    public RequestOptions withAnyStatus() {
        return new RequestOptions(ANY_STATUS, timeout, idempotent, upload, download, graphQl, persistedQuery);
    }

    public RequestOptions withTimeout(Duration limit) {
        return new RequestOptions(accepted, limit, idempotent, upload, download, graphQl, persistedQuery);
    }

    public RequestOptions asIdempotent() {
        return new RequestOptions(accepted, timeout, true, upload, download, graphQl, persistedQuery);
    }

    public RequestOptions withUploadListener(ProgressListener progress) {
        return new RequestOptions(accepted, timeout, idempotent, progress, download, graphQl, persistedQuery);
    }

    public RequestOptions withDownloadListener(ProgressListener progress) {
        return new RequestOptions(accepted, timeout, idempotent, upload, progress, graphQl, persistedQuery);
    }

    public RequestOptions withGraphQl(GraphQlMode mode) {
        return new RequestOptions(accepted, timeout, idempotent, upload, download, mode, persistedQuery);
    }

    public RequestOptions withPersistedQuery(@Nullable String query) {
        return new RequestOptions(accepted, timeout, idempotent, upload, download, graphQl, query);
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
