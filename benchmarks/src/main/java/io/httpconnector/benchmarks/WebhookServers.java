package io.httpconnector.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.Secret;
import io.httpconnector.webhook.Part;
import io.httpconnector.webhook.Signatures;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookSigner;
import io.httpconnector.webhook.server.JdkHandler;
import io.httpconnector.webhook.server.SpringWebFluxHandler;
import io.httpconnector.webhook.server.VertxHandler;
import io.httpconnector.webhook.server.WebhookServlet;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.scheduler.Schedulers;

/**
 * Webhooks of 1 KB a second over real servers, each with a handler written by hand (the same HMAC, and Jackson) and with ours, in
 * turn: wrk, which must be installed, sends from a process of its own. Arguments: the rounds, and a server, when it is to be one only.
 */
public final class WebhookServers {

    private static final String KEY = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String OK = "{\"status\":\"ok\"}";
    private static final List<String> SERVERS = List.of("jdk", "servlet", "vertx", "webflux");
    private static final int EVENTS = 1000;
    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
    private static final Pattern BAD = Pattern.compile("Non-2xx or 3xx responses: ([0-9]+)");
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final ThreadLocal<Mac> MACS = ThreadLocal.withInitial(WebhookServers::mac);

    private static volatile JsonNode handled = MissingNode.getInstance();

    private WebhookServers() {}

    /**
     * Compares, or serves.
     *
     * @param args the rounds; or the server, the handler and the port
     * @throws Exception when a server does not start
     */
    public static void main(String[] args) throws Exception {
        if (args.length == 3) {
            serve(args[0], args[1].equals("connector"), Integer.parseInt(args[2]));
            Thread.sleep(Duration.ofHours(1).toMillis());
        } else {
            List<String> servers = args.length < 2 ? SERVERS : List.of(args[1]);
            compare(args.length == 0 ? 5 : Integer.parseInt(args[0]), servers);
        }
    }

    private static void compare(int rounds, List<String> servers) throws IOException, InterruptedException {
        Path script = script();
        System.out.printf("%nWebhooks of 1 KB by wrk, 16 connections, %d rounds%n%n", rounds);
        System.out.println("| | by hand, requests/s | ours, requests/s | ours / by hand (min .. max) |");
        System.out.println("|---|---|---|---|");
        for (String server : servers) {
            List<Double> bare = new ArrayList<>();
            List<Double> ours = new ArrayList<>();
            List<Double> ratios = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                bare.add(rate(server, "bare", script));
                ours.add(rate(server, "connector", script));
                ratios.add(ours.get(round) / bare.get(round));
            }
            ratios.sort(Double::compare);
            bare.sort(Double::compare);
            ours.sort(Double::compare);
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.0f | %.0f | %.2f (%.2f .. %.2f) |%n",
                    server,
                    bare.get(rounds / 2),
                    ours.get(rounds / 2),
                    ratios.get(rounds / 2),
                    ratios.get(0),
                    ratios.get(rounds - 1));
        }
    }

    /** Many different events: the same one at the same time would be handled once. */
    private static Path script() throws IOException {
        StringBuilder script = new StringBuilder("local bodies = {}\nlocal signatures = {}\n");
        for (int i = 0; i < EVENTS; i++) {
            StringBuilder json = new StringBuilder("{\"id\":\"evt_" + i + "\",\"leads\":[");
            while (json.length() < 900) {
                json.append("{\"email\":\"ada@example.com\",\"name\":\"Ada Lovelace\",\"age\":36,\"ok\":true},");
            }
            String body = json.append("{}]}").toString();
            String signature = WebhookSigner.preset("github", Secret.of(KEY))
                    .sign(WebhookRequest.of("POST", "/", "", Map.of(), body.getBytes(StandardCharsets.UTF_8)))
                    .header("X-Hub-Signature-256")
                    .orElseThrow();
            script.append("bodies[" + i + "] = [[" + body + "]]\nsignatures[" + i + "] = \"" + signature + "\"\n");
        }
        script.append("local requests = {}\nlocal next = 0\n")
                .append("init = function(args)\n  for i = 0, " + (EVENTS - 1) + " do\n")
                .append(
                        "    local headers = {[\"Content-Type\"] = \"application/json\", [\"X-Hub-Signature-256\"] = signatures[i]}\n")
                .append("    requests[i] = wrk.format(\"POST\", \"/\", headers, bodies[i])\n  end\nend\n")
                .append("request = function()\n  next = (next + 1) % " + EVENTS + "\n  return requests[next]\nend\n");
        return Files.writeString(Files.createTempFile("post", ".lua"), script);
    }

    private static double rate(String server, String handler, Path script) throws IOException, InterruptedException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-Xmx256m",
                        // Without it, the JDK's server waits 40 ms for each answer.
                        "-Dsun.net.httpserver.nodelay=true",
                        "-classpath",
                        System.getProperty("java.class.path"),
                        WebhookServers.class.getName(),
                        server,
                        handler,
                        String.valueOf(port))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            awaitPort(port);
            wrk(port, 4, script);
            return wrk(port, 4, script);
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    private static void awaitPort(int port) throws InterruptedException {
        for (int i = 0; i < 300; i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                if (socket.isConnected()) {
                    return;
                }
            } catch (IOException e) {
                Thread.sleep(100);
            }
        }
        throw new IllegalStateException("the server does not start");
    }

    private static double wrk(int port, int seconds, Path script) throws IOException, InterruptedException {
        Process wrk = new ProcessBuilder(
                        "wrk",
                        "-t1",
                        "-c16",
                        "-d" + seconds + "s",
                        "-s",
                        script.toString(),
                        "http://127.0.0.1:" + port + "/")
                .redirectErrorStream(true)
                .start();
        String output = new String(wrk.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        wrk.waitFor();
        Matcher rate = RATE.matcher(output);
        if (!rate.find() || BAD.matcher(output).find()) {
            throw new IllegalStateException(output);
        }
        return Double.parseDouble(rate.group(1));
    }

    private static void serve(String server, boolean connector, int port) throws Exception {
        WebhookReceiver receiver = WebhookReceiver.named("leads")
                .verify(Signatures.github(Secret.of(KEY)))
                .id(Part.body("/id"))
                // The same request comes again and again, and is to be handled each time.
                .remember(Duration.ZERO, 1)
                .handler(event -> handled = event.payload())
                .build();
        switch (server) {
            case "jdk" -> jdk(port, connector ? receiver : null);
            case "servlet" -> servlet(port, connector ? WebhookServlet.of(receiver) : new Bare());
            case "vertx" -> vertx(port, connector ? receiver : null);
            default -> webFlux(port, connector ? SpringWebFluxHandler.of(receiver) : bareFlux());
        }
    }

    private static Mac mac() {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(KEY.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What is written by hand: the status. */
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

    private static void jdk(int port, @Nullable WebhookReceiver receiver) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
        server.setExecutor(Executors.newFixedThreadPool(16));
        server.createContext(
                "/",
                receiver != null
                        ? JdkHandler.of(receiver)
                        : exchange -> {
                            byte[] body = exchange.getRequestBody().readAllBytes();
                            int status = byHand(exchange.getRequestHeaders().getFirst("X-Hub-Signature-256"), body);
                            byte[] answer = OK.getBytes(StandardCharsets.UTF_8);
                            exchange.getResponseHeaders().set("Content-Type", "application/json");
                            exchange.sendResponseHeaders(status, answer.length);
                            exchange.getResponseBody().write(answer);
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

    private static void servlet(int port, HttpServlet servlet) throws Exception {
        Server server = new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        ServletContextHandler context = new ServletContextHandler("/");
        context.addServlet(new ServletHolder(servlet), "/*");
        server.setHandler(context);
        server.start();
    }

    private static void vertx(int port, @Nullable WebhookReceiver receiver) {
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
