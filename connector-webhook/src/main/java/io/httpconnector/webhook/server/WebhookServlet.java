package io.httpconnector.webhook.server;

import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import io.httpconnector.webhook.internal.Watchdog;
import io.httpconnector.webhook.internal.Watchdog.Watch;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * An adapter for servlet containers, Jakarta Servlet 6. No filter before it may read the body or the parameters of a form.
 *
 * <pre>{@code
 * context.addServlet("webhooks", WebhookServlet.of(receiver)).addMapping("/hooks/*");
 * }</pre>
 */
public final class WebhookServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private final transient WebhookEndpoint receiver;
    private final transient MemoryBudget budget;
    private final transient @Nullable Executor executor;

    private WebhookServlet(WebhookEndpoint receiver, @Nullable Executor executor) {
        this.receiver = receiver;
        this.budget = new MemoryBudget();
        this.executor = executor;
    }

    /**
     * Creates a servlet that calls the receiver on the threads of the container. The timeout of the container ends stalled
     * senders.
     *
     * @param receiver a receiver or a router
     * @return the servlet
     */
    public static WebhookServlet of(WebhookEndpoint receiver) {
        return new WebhookServlet(receiver, null);
    }

    /**
     * Creates a servlet that reads without blocking a thread, and calls the receiver on the given executor. Requires {@code
     * async-supported}.
     *
     * @param receiver a receiver or a router
     * @param executor runs the receiver; if it rejects a task, the sender receives status 503
     * @return the servlet
     */
    public static WebhookServlet async(WebhookEndpoint receiver, Executor executor) {
        return new WebhookServlet(receiver, executor);
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Optional<WebhookEndpoint> endpoint = receiver.endpointAt(request.getRequestURI());
        if (executor == null) {
            write(readAndReceive(receiver, budget, request), response);
        } else if (endpoint.isEmpty()) {
            write(RequestBodies.NOT_FOUND, response);
        } else if (request.getContentLengthLong() > endpoint.get().maxBody()) {
            write(RequestBodies.TOO_LARGE, response);
        } else {
            AsyncContext context = request.startAsync(request, response);
            // The timeout of the container cannot be cancelled once the body is complete: it would cut off the handler.
            context.setTimeout(0);
            new AsyncReader(endpoint.get(), budget, executor, context, request, response).start();
        }
    }

    /** Reads the body and passes the request to the endpoint at its path. */
    static WebhookResponse readAndReceive(WebhookEndpoint receiver, MemoryBudget budget, HttpServletRequest request)
            throws IOException {
        Optional<WebhookEndpoint> endpoint = receiver.endpointAt(request.getRequestURI());
        return endpoint.isEmpty()
                ? RequestBodies.NOT_FOUND
                : RequestBodies.read(
                        request.getInputStream(),
                        request.getContentLengthLong(),
                        endpoint.get(),
                        budget,
                        body -> receive(endpoint.get(), request, body));
    }

    private static WebhookResponse receive(WebhookEndpoint receiver, HttpServletRequest request, byte[] body) {
        return RequestBodies.receive(receiver, webhook(request, body));
    }

    private static WebhookRequest webhook(HttpServletRequest request, byte[] body) {
        Map<String, List<String>> headers = new HashMap<>();
        for (String name : Collections.list(request.getHeaderNames())) {
            headers.put(name, Collections.list(request.getHeaders(name)));
        }
        WebhookRequest webhook = WebhookRequest.of(
                request.getMethod(), request.getRequestURI(), request.getQueryString(), headers, body);
        try {
            // An address literal, so there is no DNS lookup.
            webhook = webhook.from(InetAddress.getByName(request.getRemoteAddr()));
        } catch (UnknownHostException e) {
            // The address is unknown.
        }
        Object certificates = request.getAttribute("jakarta.servlet.request.X509Certificate");
        return certificates instanceof X509Certificate[] chain && chain.length > 0
                ? webhook.certificateSubject(chain[0].getSubjectX500Principal().getName())
                : webhook;
    }

    static void write(WebhookResponse result, HttpServletResponse response) throws IOException {
        response.setStatus(result.status());
        result.headers().forEach(response::setHeader);
        response.setContentLength(result.body().length);
        response.getOutputStream().write(result.body());
    }

    /** Reads a body without blocking. */
    private static final class AsyncReader implements ReadListener, AsyncListener {

        private final WebhookEndpoint receiver;
        private final Executor executor;
        private final AsyncContext context;
        private final HttpServletRequest request;
        private final HttpServletResponse response;
        private final ServletInputStream in;
        private final BodyAccumulator body;
        private final byte[] chunk = new byte[8192];
        private final AtomicBoolean read = new AtomicBoolean();
        private final Watch watch;

        AsyncReader(
                WebhookEndpoint receiver,
                MemoryBudget budget,
                Executor executor,
                AsyncContext context,
                HttpServletRequest request,
                HttpServletResponse response)
                throws IOException {
            this.receiver = receiver;
            this.executor = executor;
            this.context = context;
            this.request = request;
            this.response = response;
            this.in = request.getInputStream();
            this.body = new BodyAccumulator(receiver, budget);
            this.watch = Watchdog.SHARED.watch(receiver.bodyTimeout(), this::tooSlow);
        }

        /** Handles a timeout. The watchdog must not wait until a response is written. */
        private void tooSlow() {
            if (!read.compareAndSet(false, true)) {
                return;
            }
            body.close();
            try {
                executor.execute(() -> complete(RequestBodies.TOO_SLOW));
            } catch (RejectedExecutionException e) {
                response.setStatus(RequestBodies.TOO_SLOW.status());
                context.complete();
            }
        }

        void start() {
            context.addListener(this);
            in.setReadListener(this);
        }

        @Override
        public void onDataAvailable() throws IOException {
            while (in.isReady() && !in.isFinished()) {
                int length = read();
                WebhookResponse refusal = length > 0 ? body.add(Arrays.copyOf(chunk, length)) : null;
                if (refusal != null) {
                    finish(refusal);
                    return;
                }
            }
        }

        private int read() throws IOException {
            try {
                return in.read(chunk);
            } catch (RuntimeException e) {
                // Some servers report a malformed body like this.
                throw new IOException(e);
            }
        }

        @Override
        public void onAllDataRead() {
            if (!read.compareAndSet(false, true)) {
                return;
            }
            watch.close();
            try {
                executor.execute(() -> {
                    WebhookResponse response = RequestBodies.FAILED;
                    try {
                        response = receive(receiver, request, body.toBytes());
                    } finally {
                        complete(response);
                    }
                });
            } catch (RejectedExecutionException e) {
                complete(WebhookResponse.json(503, "{\"error\":\"busy\"}").header("Retry-After", "10"));
            }
        }

        private void finish(WebhookResponse response) {
            if (read.compareAndSet(false, true)) {
                watch.close();
                complete(response);
            }
        }

        private void complete(WebhookResponse result) {
            try {
                write(result, response);
            } catch (IOException e) {
                // The sender has disconnected and will retry.
            } finally {
                body.close();
                context.complete();
            }
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            finish(RequestBodies.TOO_SLOW);
        }

        @Override
        public void onError(Throwable error) {
            // The rest of the body will not arrive.
            finish(
                    error instanceof IOException || RequestBodies.isMalformed(error)
                            ? RequestBodies.TRUNCATED
                            : RequestBodies.FAILED);
        }

        @Override
        public void onError(AsyncEvent event) {
            finish(RequestBodies.FAILED);
        }

        @Override
        public void onComplete(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {}
    }
}
