package io.httpconnector.transport;

import io.httpconnector.InvalidDefinitionException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** An exchange with the HTTP client of the JDK. */
final class JdkExchange implements TransportExchange {

    private final JdkClient client;
    private final TransportSettings settings;
    private final StreamLimit limit;
    private final URI uri;
    private final HttpRequest message;
    private final @Nullable JdkRequestBody upload;
    private final SendingProgress progress;

    /** Whether the calling thread sends, which is faster, but can't be ended while it looks up a name or opens a socket. */
    private final boolean isSentHere;

    private final InterruptibleSection section = new InterruptibleSection();
    private volatile boolean cancelled;
    private volatile @Nullable CompletableFuture<HttpResponse<JdkResponseBody>> sending;
    private volatile @Nullable JdkResponseBody receiving;

    JdkExchange(JdkClient client, TransportSettings settings, TransportRequest request) {
        this.client = client;
        this.settings = settings;
        this.uri = request.uri();
        this.limit = client.limit(uri);
        TransportRequest.Content content = request.content();
        boolean isInMemory = content == null || content.bytes() != null || content.length() == 0;
        this.upload = isInMemory || content == null ? null : new JdkRequestBody(content, settings.responseTimeout());
        this.isSentHere = upload == null && limit.isWarm();
        this.progress = new SendingProgress(settings.connectTimeout(), settings.responseTimeout());
        this.message = message(request, content);
    }

    private HttpRequest message(TransportRequest request, TransportRequest.@Nullable Content content) {
        HttpRequest.Builder builder;
        try {
            builder = HttpRequest.newBuilder(uri);
        } catch (IllegalArgumentException e) {
            // The message of the exception would repeat the URL, which may contain a secret.
            throw new InvalidDefinitionException(
                    "URL", "the HTTP client of the JDK can't send requests to " + uri.getRawAuthority());
        }
        if (!"https".equals(uri.getScheme())) {
            // Prevents the attempt to upgrade to HTTP/2, which some services answer with an error.
            builder.version(HttpClient.Version.HTTP_1_1);
        }
        if (isSentHere) {
            builder.timeout(settings.responseTimeout());
        }
        String field = "";
        try {
            for (TransportRequest.HeaderField each : request.fields()) {
                field = each.name();
                builder.header(field, each.value());
            }
        } catch (IllegalArgumentException e) {
            throw new InvalidDefinitionException(
                    "header", field + ": the HTTP client of the JDK does not send this field or its value");
        }
        settings.proxy()
                .filter(proxy -> !proxy.bypasses(JdkClient.host(uri)))
                .flatMap(TransportSettings.HttpProxy::authorization)
                .ifPresent(credentials -> builder.header("Proxy-Authorization", credentials));
        return method(builder, request.method(), content).build();
    }

    private HttpRequest.Builder method(
            HttpRequest.Builder builder, String method, TransportRequest.@Nullable Content content) {
        byte[] bytes = content == null ? null : content.bytes();
        HttpRequest.BodyPublisher body = bytes == null || bytes.length == 0
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofByteArray(bytes);
        boolean isPlain = content == null && (method.equals("GET") || method.equals("DELETE"));
        if (isPlain && !"https".equals(uri.getScheme())) {
            // Any body, even an empty one, has a Content-Length in HTTP/1.1.
            return method.equals("GET") ? builder.GET() : builder.DELETE();
        }
        return builder.method(method, progress.watching(upload == null ? body : upload));
    }

    @Override
    public TransportResponse send() throws IOException, InterruptedException {
        while (true) {
            limit.enter(() -> cancelled);
            boolean isOpen = false;
            boolean isRefused = false;
            try {
                TransportResponse response = attempt();
                isOpen = true;
                return response;
            } catch (TooManyStreamsException e) {
                isRefused = true;
            } finally {
                if (!isOpen && !isRefused) {
                    limit.leave();
                }
            }
            limit.refuse();
        }
    }

    /** Thrown if the request was not sent because the service permits no more streams. */
    private static final class TooManyStreamsException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private TransportResponse attempt() throws IOException, InterruptedException {
        checkCancelled();
        progress.start(message.bodyPublisher().isEmpty());
        boolean isReceived = false;
        try {
            HttpResponse<JdkResponseBody> response = isSentHere ? sendHere() : sendByPool();
            checkProxy(response);
            limit.warm(true);
            isReceived = true;
            return new JdkResponse(response, upload, limit);
        } finally {
            if (!isReceived) {
                limit.warm(false);
                end();
            }
        }
    }

    private HttpResponse<JdkResponseBody> sendHere() throws IOException, InterruptedException {
        HttpClient current = client.current();
        section.enter();
        HttpResponse<JdkResponseBody> response = null;
        InterruptedException interrupt = null;
        Exception broken = null;
        boolean isOver;
        try {
            checkCancelled();
            response = current.send(message, head -> receive());
        } catch (InterruptedException e) {
            interrupt = e;
        } catch (IOException | RuntimeException e) {
            // The client reports some malformed header fields by an IllegalArgumentException.
            broken = e;
        } finally {
            isOver = section.leave();
        }
        if (isOver) {
            throw new InterruptedIOException("the exchange was cancelled");
        }
        if (interrupt != null) {
            throw interrupt;
        }
        if (response == null) {
            throw failure(broken);
        }
        return response;
    }

    private HttpResponse<JdkResponseBody> sendByPool() throws IOException, InterruptedException {
        int number = upload == null ? 0 : upload.start();
        CompletableFuture<HttpResponse<JdkResponseBody>> future =
                client.current().sendAsync(message, head -> receive());
        sending = future;
        if (cancelled) {
            cancel();
        }
        if (upload != null) {
            var unused = future.whenComplete((response, failure) -> upload.end(number, response));
            upload.write();
            progress.sent();
        }
        return await(future);
    }

    private JdkResponseBody receive() {
        JdkResponseBody body = new JdkResponseBody(settings.responseTimeout());
        receiving = body;
        if (cancelled) {
            body.cancel();
        }
        return body;
    }

    private HttpResponse<JdkResponseBody> await(CompletableFuture<HttpResponse<JdkResponseBody>> future)
            throws IOException, InterruptedException {
        try {
            while (true) {
                try {
                    return future.get(progress.nanosToWait(), TimeUnit.NANOSECONDS);
                } catch (TimeoutException e) {
                    // The limit may have changed.
                }
            }
        } catch (CancellationException e) {
            throw new InterruptedIOException("the exchange was cancelled");
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        }
    }

    private IOException failure(@Nullable Throwable thrown) throws IOException {
        checkCancelled();
        IOException failure = JdkFailures.of(thrown, uri);
        if (JdkFailures.isTooManyStreams(failure) && (upload == null || upload.isUnread())) {
            return new TooManyStreamsException();
        }
        if (upload != null && upload.wasRepeated()) {
            return new TransportException(TransportException.FailureKind.NOT_PROCESSED, failure);
        }
        return progress.isSent() || failure instanceof TransportException
                ? failure
                : new TransportException(TransportException.FailureKind.NOT_CONNECTED, failure);
    }

    private void checkCancelled() throws IOException {
        if (cancelled) {
            throw new InterruptedIOException("the exchange was cancelled");
        }
    }

    /** Fails if the response comes from the proxy and not from the service. */
    private void checkProxy(HttpResponse<?> response) throws IOException {
        boolean isForwarded = settings.proxy()
                .filter(proxy -> !proxy.bypasses(JdkClient.host(uri)))
                .isPresent();
        boolean isSecure = "https".equals(uri.getScheme());
        if (isForwarded && (isSecure ? response.sslSession().isEmpty() : response.statusCode() == 407)) {
            throw new TransportException(
                    TransportException.FailureKind.PROXY,
                    new IOException("it responded with status " + response.statusCode()));
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
        end();
        limit.wake();
    }

    private void end() {
        section.interrupt();
        CompletableFuture<?> future = sending;
        if (future != null) {
            future.cancel(true);
        }
        JdkResponseBody body = receiving;
        if (body != null) {
            body.cancel();
        }
        if (upload != null) {
            upload.cancel();
        }
    }
}
