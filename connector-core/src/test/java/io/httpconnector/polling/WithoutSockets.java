package io.httpconnector.polling;

import io.httpconnector.HttpConnection;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.CloseableHttpResponse;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;

/**
 * An HTTP client that calls a {@link MockService} directly. The model sends hundreds of thousands of requests; with sockets it
 * would spend most of its time waiting for the other thread.
 */
final class WithoutSockets extends CloseableHttpClient {

    private final MockService service;

    private WithoutSockets(MockService service) {
        this.service = service;
    }

    /** Makes the connection call the service without sockets. */
    static void connect(HttpConnection connection, MockService service) {
        try {
            Object shared = value(value(value(value(connection, "sender"), "transport"), "wire"), "client");
            Field pool = field(shared, "pool");
            Class<?> openPool = pool.getType();
            Constructor<?> created = openPool.getDeclaredConstructors()[0];
            created.setAccessible(true);
            pool.set(
                    shared, created.newInstance(new PoolingHttpClientConnectionManager(), new WithoutSockets(service)));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("The fields of HttpConnection have changed", e);
        }
    }

    private static Object value(Object owner, String name) throws ReflectiveOperationException {
        return field(owner, name).get(owner);
    }

    private static Field field(Object owner, String name) throws ReflectiveOperationException {
        Field field = owner.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }

    @Override
    protected CloseableHttpResponse doExecute(HttpHost target, ClassicHttpRequest request, HttpContext context)
            throws IOException {
        MockService.MockResponse received = service.respond(request);
        ClassicHttpResponse response = new BasicClassicHttpResponse(received.status());
        received.headers().forEach(response::setHeader);
        if (received.hasBody()) {
            ContentType type = ContentType.parse(received.type() + "; charset=utf-8");
            response.setHeader("Content-Type", type.toString());
            response.setEntity(new ByteArrayEntity(received.body().getBytes(StandardCharsets.UTF_8), type));
        }
        return CloseableHttpResponse.adapt(response);
    }

    @Override
    public void close() {}

    @Override
    public void close(CloseMode mode) {}
}
