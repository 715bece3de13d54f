package io.httpconnector.wizard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.PillInfo;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares imports with the reference implementation of each format: newman sends the requests of a Postman collection, and ajv
 * validates the bodies of an OpenAPI document. Runs with {@code -Dreference-tools=DIRECTORY}, in which {@code npm install newman ajv
 * ajv-formats} was run. {@code -Dcollection=FILE} and {@code -Dopenapi=FILE} use other documents than those of the test.
 */
@EnabledIfSystemProperty(named = "reference-tools", matches = ".+")
@Timeout(300)
class ReferenceToolsTest {

    private static final String TOOLS = System.getProperty("reference-tools");
    private static final Map<String, String> VALUES =
            Map.of("one", "v 1 é", "two", "v2", "number", "12.50", "name", "a b");

    @TempDir
    Path directory;

    private HttpServer server;
    private final List<String> received = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::receive);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void receive(HttpExchange exchange) throws IOException {
        String type = String.valueOf(exchange.getRequestHeaders().getFirst("Content-Type"));
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String boundary = type.replaceFirst(".*boundary=\"?([^\";]+).*", "$1");
        String path = exchange.getRequestURI().getRawPath();
        String query = String.valueOf(exchange.getRequestURI().getRawQuery());
        // The same query and form may be encoded in several ways.
        String form = type.startsWith("application/x-www-form-urlencoded") ? decoded(body) : json(body);
        synchronized (received) {
            received.add(exchange.getRequestMethod() + " " + path + "?" + decoded(query) + "\n"
                    + type.replaceFirst("(?i); ?(charset|boundary)=.*", "") + "\n"
                    + exchange.getRequestHeaders().getFirst("X-One")
                    + exchange.getRequestHeaders().getFirst("X-Two")
                    + exchange.getRequestHeaders().getFirst("X-Off") + "\n"
                    + form.replace(boundary, "BOUNDARY")
                            .replaceAll("(?i)Content-Type: text/plain.*\r\n", "")
                            .strip());
        }
        exchange.sendResponseHeaders(204, -1);
        exchange.close();
    }

    private static String decoded(String pairs) {
        List<String> all = new ArrayList<>();
        for (String pair : pairs.split("&", -1)) {
            all.add(URLDecoder.decode(pair.contains("=") ? pair : pair + "=", StandardCharsets.UTF_8));
        }
        return all.toString();
    }

    private static String json(String body) {
        try {
            return body.isEmpty() ? "" : JsonSupport.parse(body).toString();
        } catch (RuntimeException e) {
            return body;
        }
    }

    private static String resource(String name) throws IOException {
        String given = System.getProperty(name.startsWith("newman") ? "collection" : "openapi");
        if (given != null && !name.endsWith(".cjs")) {
            return Files.readString(Path.of(given));
        }
        try (InputStream in = ReferenceToolsTest.class.getResourceAsStream("/imports/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String baseUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private static String run(List<String> command, Path output) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return Files.readString(output);
    }

    @Test
    void importedCollectionSendsWhatNewmanSends() throws Exception {
        String text = resource("newman-collection.json");
        Path collection = Files.writeString(directory.resolve("collection.json"), text);
        List<String> command = new ArrayList<>(
                List.of("node", TOOLS + "/node_modules/newman/bin/newman.js", "run", collection.toString()));
        command.addAll(List.of("--env-var", "base=" + baseUrl()));
        VALUES.forEach((name, value) -> command.addAll(List.of("--env-var", name + "=" + value)));
        String output = run(command, directory.resolve("newman.txt"));
        List<String> expected = List.copyOf(received);
        assertThat(expected).as(output).isNotEmpty();
        received.clear();

        List<Recommendation> requests = RecommendationSources.postman(text).all();
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(baseUrl())
                .retry(RetryPolicy.none())
                .build()) {
            for (Recommendation request : requests) {
                connection.send(render(request));
            }
        }

        assertThat(requests).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(received.get(i)).as(requests.get(i).title()).isEqualTo(expected.get(i));
        }
    }

    private static Request render(Recommendation request) {
        RequestTemplate template =
                RequestTemplate.fromJson(request.definition().deepCopy().put("name", "Request"));
        ObjectNode values = JsonNodeFactory.instance.objectNode();
        for (PillInfo pill : template.pills()) {
            String[] path = pill.path().split("\\.", 2);
            String value = VALUES.get(path[1]);
            assertThat(value).as("%s of %s", pill.path(), request.title()).isNotNull();
            JsonNode tree =
                    path[1].equals("number") ? JsonSupport.parse(value) : JsonNodeFactory.instance.textNode(value);
            values.withObject("/" + path[0]).set(path[1], tree);
        }
        Pills pills = Pills.none();
        for (Map.Entry<String, JsonNode> step : values.properties()) {
            pills = pills.and(step.getKey(), step.getValue());
        }
        return template.render(pills).acceptAnyStatus();
    }

    @Test
    void sampleBodiesSatisfyTheirSchemas() throws Exception {
        String text = resource("ajv-document.json");
        JsonNode document = JsonSupport.parse(text);
        List<String> names = new ArrayList<>();
        StringBuilder bodies = new StringBuilder();
        for (Recommendation request : RecommendationSources.openApi(text).all()) {
            JsonNode sample = request.definition().at("/body/json");
            String path = request.definition().path("url").asText();
            String method = request.definition().path("method").asText().toLowerCase(Locale.ROOT);
            String content = "/paths/" + path.replace("~", "~0").replace("/", "~1") + "/" + method
                    + "/requestBody/content/application~1json/schema";
            if (!sample.isMissingNode() && !document.at(content).isMissingNode()) {
                names.add(method + " " + path);
                ObjectNode line = JsonNodeFactory.instance.objectNode();
                line.put("schema", content);
                line.put("body", sample.toString());
                bodies.append(line).append('\n');
            }
        }
        Path script = Files.writeString(directory.resolve("validate.cjs"), resource("validate.cjs"));
        Path file = Files.writeString(directory.resolve("document.json"), text);
        Path lines = Files.writeString(directory.resolve("bodies.txt"), bodies);
        String output = run(
                List.of("node", script.toString(), TOOLS, file.toString(), lines.toString()),
                directory.resolve("ajv.txt"));

        assertThat(names).isNotEmpty();
        List<String> results = output.lines().toList();
        assertThat(results).as(output).hasSameSizeAs(names);
        for (int i = 0; i < names.size(); i++) {
            assertThat(results.get(i)).as(names.get(i)).isEqualTo("ok");
        }
    }
}
