package io.httpconnector.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.CustomAuth;
import io.httpconnector.wizard.Recommendation;
import io.httpconnector.wizard.RecommendationSources;
import io.httpconnector.wizard.RequestDraft;
import io.httpconnector.wizard.RequestReview;
import io.httpconnector.wizard.RequestWizard;
import io.httpconnector.wizard.SampleExchange;
import io.httpconnector.wizard.SavedRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An example of the wizard as a local web page: a user enters a URL, chooses a recommendation, sends a sample, corrects it,
 * adds pills, and sees the saved file. The service is the stand-in for Eventbrite.
 */
public final class WizardPage implements AutoCloseable {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int MAX_SAMPLES = 100;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final RequestWizard wizard;
    private final Path directory;
    private final Map<String, SampleExchange> samples = new ConcurrentHashMap<>();
    private final AtomicInteger ids = new AtomicInteger();

    WizardPage(RequestWizard wizard, Path directory, int port) throws IOException {
        this.wizard = wizard;
        this.directory = directory;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    /**
     * Serves the page until the program is stopped.
     *
     * @param args the port, 8080 by default
     * @throws IOException if the port is in use
     * @throws InterruptedException if the program is stopped
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        int port = args.length == 0 ? 8080 : Integer.parseInt(args[0]);
        Path directory = Files.createDirectories(Path.of("saved-requests"));
        try (EventbriteStandIn eventbrite = new EventbriteStandIn();
                HttpConnection connection = connect(eventbrite);
                WizardPage page = new WizardPage(wizard(connection, directory), directory, port)) {
            System.out.println("The wizard is at " + page.url() + "; try POST /v3/venues/. Requests are saved in "
                    + directory.toAbsolutePath());
            Thread.currentThread().join();
        }
    }

    static HttpConnection connect(EventbriteStandIn eventbrite) {
        return HttpConnection.named("Eventbrite")
                .baseUrl(eventbrite.baseUrl())
                .auth(CustomAuth.bearer(Secret.of(EventbriteStandIn.TOKEN)))
                .build();
    }

    static RequestWizard wizard(HttpConnection connection, Path directory) {
        return RequestWizard.of(connection)
                .with(RecommendationSources.openApi(resource("eventbrite-openapi.yaml")))
                .with(RecommendationSources.saved(directory));
    }

    String url() {
        return "http://localhost:" + server.getAddress().getPort() + "/";
    }

    private static String resource(String name) {
        try (InputStream stream = WizardPage.class.getResourceAsStream("/" + name)) {
            if (stream == null) {
                throw new IllegalStateException("there is no " + name);
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (exchange.getRequestMethod().equals("GET")) {
                boolean isPage = exchange.getRequestURI().getPath().equals("/");
                answer(exchange, isPage ? 200 : 404, "text/html; charset=utf-8", isPage ? resource("wizard.html") : "");
                return;
            }
            // Prevents cross-site requests: a page of another site can send forms, but no JSON.
            String type = String.valueOf(exchange.getRequestHeaders().getFirst("Content-Type"));
            if (!type.equals("application/json")) {
                answer(exchange, 415, "text/plain", "JSON only");
                return;
            }
            ObjectNode asked = (ObjectNode) MAPPER.readTree(exchange.getRequestBody());
            String path = exchange.getRequestURI().getPath();
            try {
                answer(exchange, 200, "application/json", MAPPER.writeValueAsString(called(path, asked)));
            } catch (ConnectorException e) {
                ObjectNode wrong = MAPPER.createObjectNode();
                ArrayNode problems = wrong.putArray("problems");
                List<String> all = e instanceof InvalidDefinitionException invalid
                        ? invalid.problems()
                        : List.of(String.valueOf(e.getMessage()));
                all.forEach(problems::add);
                answer(exchange, 400, "application/json", MAPPER.writeValueAsString(wrong));
            }
        }
    }

    private static void answer(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private JsonNode called(String path, ObjectNode asked) {
        return switch (path) {
            case "/recommend" -> recommend(asked);
            case "/send" -> send(asked);
            case "/apply" -> apply(asked);
            default -> throw new InvalidDefinitionException("call", List.of("there is no " + path));
        };
    }

    private JsonNode recommend(JsonNode asked) {
        RequestDraft draft =
                wizard.method(asked.path("method").asText(), asked.path("url").asText());
        ArrayNode known = MAPPER.createArrayNode();
        for (Recommendation one : draft.recommend()) {
            ObjectNode shown = known.addObject();
            shown.put("title", one.title()).put("score", one.score());
            shown.put("reason", one.reason()).put("source", one.source());
            one.notes().forEach(shown.putArray("notes")::add);
            shown.set("definition", draft.use(one).definition());
        }
        return known;
    }

    private JsonNode send(JsonNode asked) {
        SampleExchange sample =
                wizard.draft((ObjectNode) asked.path("definition")).send();
        int number = ids.incrementAndGet();
        String id = String.valueOf(number);
        samples.put(id, sample);
        samples.remove(String.valueOf(number - MAX_SAMPLES));
        ObjectNode shown = MAPPER.createObjectNode();
        shown.put("id", id).put("accepted", sample.failure().isEmpty());
        sample.status().ifPresent(status -> shown.put("status", status));
        sample.failure().ifPresent(failure -> shown.put("failure", failure.getMessage()));
        shown.put("millis", sample.exchange().elapsed().toMillis());
        shown.put("attempts", sample.exchange().attempts());
        shown.put("curl", sample.exchange().asCurl());
        ObjectNode headers = shown.putObject("headers");
        sample.headers()
                .names()
                .forEach(name -> headers.put(name, sample.headers().first(name).orElse("")));
        shown.put(
                "body",
                sample.json().isMissingNode() ? sample.body() : sample.json().toPrettyString());
        return shown;
    }

    private JsonNode apply(JsonNode asked) {
        SampleExchange sample = samples.get(asked.path("sample").asText());
        if (sample == null) {
            throw new InvalidDefinitionException("sample", List.of("the sample has expired: send it again"));
        }
        RequestReview review = sample.review();
        for (JsonNode pill : asked.path("pills")) {
            review =
                    review.pill(pill.path("pointer").asText(), pill.path("path").asText());
        }
        String name = asked.path("name").asText();
        SavedRequest saved = review.apply(name);
        Path file = directory.resolve(name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-") + ".json");
        saved.save(file);
        ObjectNode shown = MAPPER.createObjectNode();
        shown.put("file", file.getFileName().toString())
                .put("text", saved.toJson().toPrettyString());
        saved.outputs().forEach(output -> shown.withArray("/outputs").add(output.path() + " (" + output.type() + ")"));
        return shown;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
