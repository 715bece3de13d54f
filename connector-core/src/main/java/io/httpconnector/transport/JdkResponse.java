package io.httpconnector.transport;

import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A response of the JDK's HTTP client. */
final class JdkResponse implements TransportResponse {

    private final HttpResponse<JdkResponseBody> response;
    private final @Nullable JdkRequestBody upload;
    private final StreamLimit limit;
    private final AtomicBoolean closed = new AtomicBoolean();

    JdkResponse(HttpResponse<JdkResponseBody> response, @Nullable JdkRequestBody upload, StreamLimit limit) {
        this.response = response;
        this.upload = upload;
        this.limit = limit;
    }

    @Override
    public int status() {
        return response.statusCode();
    }

    @Override
    public List<TransportRequest.HeaderField> fields() {
        List<TransportRequest.HeaderField> fields = new ArrayList<>();
        for (Map.Entry<String, List<String>> field : response.headers().map().entrySet()) {
            for (String value : field.getValue()) {
                // HTTP/2: such as :status, which is no field.
                if (!field.getKey().startsWith(":")) {
                    fields.add(new TransportRequest.HeaderField(field.getKey(), value, false));
                }
            }
        }
        return List.copyOf(fields);
    }

    @Override
    public InputStream body() {
        return response.body();
    }

    @Override
    public void limitIdleTime(Duration limit) {
        response.body().limitIdleTime(limit);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            response.body().close();
            if (upload != null) {
                upload.abort();
            }
            limit.leave();
        }
    }
}
