package io.httpconnector.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.Secret;
import io.httpconnector.webhook.Signatures;
import io.httpconnector.webhook.ValueSelector;
import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.server.JavalinHandler;
import io.httpconnector.webhook.server.JdkHandler;
import io.httpconnector.webhook.server.SpringMvcHandler;
import io.httpconnector.webhook.server.SpringWebFluxHandler;
import io.httpconnector.webhook.server.VertxHandler;
import io.httpconnector.webhook.server.WebhookServlet;
import io.javalin.Javalin;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;
import reactor.core.scheduler.Schedulers;

/** The servers of {@link WebhookServers}, each with a hand-written handler and with this library's. */
final class WebhookServer {

    private static final String OK = "{\"status\":\"ok\"}";
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final ThreadLocal<Mac> MACS = ThreadLocal.withInitial(WebhookServer::mac);

    private static volatile JsonNode handled = MissingNode.getInstance();

    private WebhookServer() {}

    static void serve(String server, boolean connector, int port) throws Exception {
        WebhookReceiver receiver = WebhookReceiver.named("leads")
                .verify(Signatures.github(Secret.of(WebhookServers.KEY)))
                .id(ValueSelector.body("/id"))
                // The same request is sent repeatedly, and must be handled each time.
                .remember(Duration.ZERO, 1)
                .handler(event -> handled = event.payload())
                .build();
        switch (server) {
            case "jdk" -> jdk(port, connector ? receiver : null);
            case "servlet" -> servlet(port, connector ? WebhookServlet.of(receiver) : new Bare());
            case "servlet-async" -> {
                ExecutorService threads = Executors.newFixedThreadPool(16);
                servlet(port, connector ? WebhookServlet.async(receiver, threads) : new BareAsync(threads));
            }
            case "spring-mvc" -> springMvc(port, connector ? SpringMvcHandler.of(receiver) : bareMvc());
            case "javalin" -> javalin(port, connector ? JavalinHandler.of(receiver) : bareJavalin());
            case "vertx" -> vertx(port, connector ? receiver : null);
            default -> webFlux(port, connector ? SpringWebFluxHandler.of(receiver) : bareFlux());
        }
    }

    private static Mac mac() {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(WebhookServers.KEY.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The hand-written handler. Returns the status. */
    private static int byHand(@Nullable String signature, byte[] body) {
        byte[] given = HexFormat.of().parseHex(signature == null ? "" : signature.substring("sha256=".length()));
        if (!MessageDigest.isEqual(given, MACS.get().doFinal(body))) {
            return 401;
        }
        try {
            handled = MAPPER.readTree(body);
            return 200;
        } catch (IOException e) {
            return 400;
        }
    }

    private static void jdk(int port, @Nullable WebhookEndpoint receiver) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
        server.setExecutor(Executors.newFixedThreadPool(16));
        server.createContext(
                "/",
                receiver != null
                        ? JdkHandler.of(receiver)
                        : exchange -> {
                            byte[] body = exchange.getRequestBody().readAllBytes();
                            int status = byHand(exchange.getRequestHeaders().getFirst("X-Hub-Signature-256"), body);
                            byte[] response = OK.getBytes(StandardCharsets.UTF_8);
                            exchange.getResponseHeaders().set("Content-Type", "application/json");
                            exchange.sendResponseHeaders(status, response.length);
                            exchange.getResponseBody().write(response);
                            exchange.close();
                        });
        server.start();
    }

    private static final class Bare extends HttpServlet {

        private static final long serialVersionUID = 1L;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            byte[] body = request.getInputStream().readAllBytes();
            response.setStatus(byHand(request.getHeader("X-Hub-Signature-256"), body));
            response.setContentType("application/json");
            response.getOutputStream().write(OK.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static final class BareAsync extends HttpServlet {

        private static final long serialVersionUID = 1L;

        private final transient Executor threads;

        BareAsync(Executor threads) {
            this.threads = threads;
        }

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            AsyncContext context = request.startAsync();
            ServletInputStream in = request.getInputStream();
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            byte[] chunk = new byte[8192];
            in.setReadListener(new ReadListener() {
                @Override
                public void onDataAvailable() throws IOException {
                    while (in.isReady() && !in.isFinished()) {
                        int length = in.read(chunk);
                        if (length > 0) {
                            body.write(chunk, 0, length);
                        }
                    }
                }

                @Override
                public void onAllDataRead() {
                    threads.execute(() -> {
                        try {
                            response.setStatus(byHand(request.getHeader("X-Hub-Signature-256"), body.toByteArray()));
                            response.setContentType("application/json");
                            response.getOutputStream().write(OK.getBytes(StandardCharsets.UTF_8));
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        } finally {
                            context.complete();
                        }
                    });
                }

                @Override
                public void onError(Throwable error) {
                    context.complete();
                }
            });
        }
    }

    private static org.springframework.web.servlet.function.HandlerFunction<
                    org.springframework.web.servlet.function.ServerResponse>
            bareMvc() {
        return request -> {
            byte[] body = request.body(byte[].class);
            int status = byHand(request.headers().firstHeader("X-Hub-Signature-256"), body);
            return org.springframework.web.servlet.function.ServerResponse.status(status)
                    .contentType(MediaType.APPLICATION_JSON)
                    .body(OK);
        };
    }

    /** A typical application setup. */
    @EnableWebMvc
    static class Mvc {}

    private static void springMvc(
            int port,
            org.springframework.web.servlet.function.HandlerFunction<
                            org.springframework.web.servlet.function.ServerResponse>
                    handler)
            throws Exception {
        AnnotationConfigWebApplicationContext context = new AnnotationConfigWebApplicationContext();
        context.register(Mvc.class);
        context.addBeanFactoryPostProcessor(beans -> beans.registerSingleton(
                "webhooks",
                org.springframework.web.servlet.function.RouterFunctions.route(
                        org.springframework.web.servlet.function.RequestPredicates.all(), handler)));
        servlet(port, new DispatcherServlet(context));
    }

    private static Handler bareJavalin() {
        return context -> {
            int status = byHand(context.header("X-Hub-Signature-256"), context.bodyAsBytes());
            context.status(status).contentType("application/json").result(OK);
        };
    }

    private static void javalin(int port, Handler handler) {
        Javalin.create(config -> {
                    config.startup.showJavalinBanner = false;
                    config.routes.addHttpHandler(HandlerType.POST, "/", handler);
                })
                .start("127.0.0.1", port);
    }

    private static void servlet(int port, HttpServlet servlet) throws Exception {
        Server server = new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        ServletContextHandler context = new ServletContextHandler("/");
        ServletHolder holder = new ServletHolder(servlet);
        holder.setAsyncSupported(true);
        context.addServlet(holder, "/*");
        server.setHandler(context);
        server.start();
    }

    private static void vertx(int port, @Nullable WebhookEndpoint receiver) {
        Vertx vertx = Vertx.vertx();
        var unused = vertx.createHttpServer()
                .requestHandler(
                        receiver != null
                                ? VertxHandler.of(vertx, receiver)
                                : request -> request.body().onSuccess(body -> {
                                    String signature = request.getHeader("X-Hub-Signature-256");
                                    vertx.executeBlocking(() -> byHand(signature, body.getBytes()), false)
                                            .onSuccess(status -> request.response()
                                                    .setStatusCode(status)
                                                    .putHeader("Content-Type", "application/json")
                                                    .end(Buffer.buffer(OK)));
                                }))
                .listen(port, "127.0.0.1");
    }

    private static HandlerFunction<ServerResponse> bareFlux() {
        return request -> request.bodyToMono(byte[].class)
                .publishOn(Schedulers.boundedElastic())
                .map(body -> byHand(request.headers().firstHeader("X-Hub-Signature-256"), body))
                .flatMap(status -> ServerResponse.status(status)
                        .header("Content-Type", "application/json")
                        .bodyValue(OK.getBytes(StandardCharsets.UTF_8)));
    }

    private static void webFlux(int port, HandlerFunction<ServerResponse> handler) {
        var unused = reactor.netty.http.server.HttpServer.create()
                .host("127.0.0.1")
                .port(port)
                .handle(new ReactorHttpHandlerAdapter(
                        RouterFunctions.toHttpHandler(RouterFunctions.route(RequestPredicates.all(), handler))))
                .bindNow();
    }
}
