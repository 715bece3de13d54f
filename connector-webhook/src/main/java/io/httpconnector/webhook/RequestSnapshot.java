package io.httpconnector.webhook;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The displayable data of the request from which events were read, created lazily. Thread-safe. */
final class RequestSnapshot {

    private final @Nullable WebhookRequest request;
    private final Set<String> hiddenHeaders;
    private final Set<String> hiddenParameters;
    private volatile @Nullable RawBody body;
    private volatile @Nullable Map<String, List<String>> headers;
    private volatile @Nullable Map<String, List<String>> query;

    /** Creates a snapshot without the hidden values; names of header fields are in lower case. */
    RequestSnapshot(WebhookRequest request, Set<String> hiddenHeaders, Set<String> hiddenParameters) {
        this.request = request;
        this.hiddenHeaders = hiddenHeaders;
        this.hiddenParameters = hiddenParameters;
    }

    /** Creates a snapshot from stored data. */
    RequestSnapshot(Map<String, List<String>> headers, Map<String, List<String>> query, RawBody body) {
        this.request = null;
        this.hiddenHeaders = Set.of();
        this.hiddenParameters = Set.of();
        this.body = body;
        this.headers = headers;
        this.query = query;
    }

    RawBody body() {
        RawBody known = body;
        if (known == null) {
            String contentType = request == null ? null : request.headerIndex().first("Content-Type");
            byte[] bytes = request == null ? new byte[0] : request.body();
            known = new RawBody(contentType == null ? "" : contentType, bytes);
            body = known;
        }
        return known;
    }

    Map<String, List<String>> headers() {
        Map<String, List<String>> known = headers;
        if (known == null) {
            known = new TreeMap<>(request == null ? Map.of() : request.headers());
            known.keySet().removeAll(hiddenHeaders);
            headers = known;
        }
        return known;
    }

    Map<String, List<String>> query() {
        Map<String, List<String>> known = query;
        if (known == null) {
            known = new TreeMap<>(request == null ? Map.of() : BodyParser.parameters(request));
            known.keySet().removeAll(hiddenParameters);
            query = known;
        }
        return known;
    }
}
