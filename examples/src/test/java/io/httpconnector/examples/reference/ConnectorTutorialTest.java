package io.httpconnector.examples.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.auth.definition.InputField;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.Pills;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookRouter;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Executes the steps of the tutorial of connector documents against a simulated service. */
class ConnectorTutorialTest {

    private static final Path PAGE =
            Path.of("").toAbsolutePath().getParent().resolve("docs").resolve("connector-documents.md");
    private static final Pattern BLOCK = Pattern.compile("```yaml\\n(.*?)```", Pattern.DOTALL);
    private static final String SECRET = "0123456789abcdef0123456789abcdef";

    @TempDir
    private Path directory;

    private final MockService service = MockService.start();
    private final List<TriggerEvent> events = new ArrayList<>();

    @BeforeEach
    void storeSecrets() throws IOException {
        Path secrets = Files.createDirectories(directory.resolve("secrets/acme/bookings"));
        Files.writeString(secrets.resolve("key"), "k-1");
        Files.writeString(secrets.resolve("signing"), SECRET);
        service.on("GET", "/me", MockResponse.json("{}"));
    }

    @AfterEach
    void close() {
        service.close();
    }

    /** The document after some of the blocks of the page. */
    private ConnectorDefinition document(int blocks) throws IOException {
        StringBuilder text = new StringBuilder();
        Matcher block = BLOCK.matcher(Files.readString(PAGE));
        for (int i = 0; i < blocks; i++) {
            assertThat(block.find()).isTrue();
            text.append(block.group(1));
        }
        Path file = directory.resolve("bookings.connector.yaml");
        Files.writeString(file, text.toString().replace("https://api.bookings.example.com", service.baseUrl()));
        assertThat(JsonSchemaFactory.getInstance(VersionFlag.V202012)
                        .getSchema(ConnectorDefinition.jsonSchema())
                        .validate(Files.readString(file), InputFormat.YAML))
                .isEmpty();
        return ConnectorDefinition.load(file);
    }

    private ConnectorContext.Builder acme() {
        return ConnectorContext.forTenant("acme").secrets(SecretSource.files(directory.resolve("secrets")));
    }

    @Test
    void connection() throws IOException {
        try (Connector acme = document(1).connect(acme().build())) {
            acme.connection().test().orThrow();
        }
    }

    @Test
    void problemHasLineAndColumn() throws IOException {
        document(1);
        Path file = directory.resolve("bookings.connector.yaml");
        Files.writeString(file, Files.readString(file).replace("totalTimeout", "totalTimout"));

        String problem = "/connection/totalTimout (line 8, column 3): unknown member; did you mean \"totalTimeout\"?";
        assertThat(Files.readString(PAGE)).contains(problem);
        assertThatThrownBy(() -> ConnectorDefinition.load(file))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void authentication() throws IOException {
        ConnectorDefinition bookings = document(2);

        assertThat(bookings.inputs("key")).extracting(InputField::name).containsExactly("key");
        try (Connector acme = bookings.connect(acme().build())) {
            acme.connection().test().orThrow();
        }
        assertThat(service.requests())
                .singleElement()
                .satisfies(request -> assertThat(request.header("X-Api-Key")).contains("k-1"));
    }

    private void servePages(String venue) {
        service.on(
                "GET",
                "/venues/" + venue + "/bookings",
                request -> MockResponse.json(
                        request.uri().getQuery().equals("page=1")
                                ? "{\"bookings\": [{\"id\": 1, \"updated\": \"a\"}, {\"id\": 2, \"updated\": \"a\"}]}"
                                : request.uri().getQuery().equals("page=2")
                                        ? "{\"bookings\": [{\"id\": 3, \"updated\": \"a\"}]}"
                                        : "{\"bookings\": []}"));
    }

    @Test
    void requests() throws IOException {
        servePages("main");
        service.on("POST", "/venues/main/bookings", MockResponse.json("{\"id\": 4}"));
        try (Connector acme = document(3).connect(acme().build())) {
            assertThat(acme.request("create-booking")
                            .send("guest", Map.of("name", "Ann", "seats", 2))
                            .json()
                            .path("id")
                            .asInt())
                    .isEqualTo(4);
            assertThat(service.requests().get(0).body())
                    .contains("\"Ann\"")
                    .contains("2")
                    .doesNotContain("\"2\"");
            try (Stream<JsonNode> all = acme.request("list-bookings").records(Pills.none())) {
                assertThat(all.map(booking -> booking.path("id").asInt())).containsExactly(1, 2, 3);
            }
        }
    }

    @Test
    void pollingTrigger() throws IOException {
        servePages("rooftop");
        try (StateStore state = StateStore.inMemory();
                Connector acme = document(4)
                        .connect(acme().value("venue", "rooftop").state(state).build())) {
            acme.on("updated-bookings", events::add);
            acme.trigger("updated-bookings").orElseThrow().pollOnce();
            service.on(
                    "GET",
                    "/venues/rooftop/bookings",
                    request -> MockResponse.json(
                            request.uri().getQuery().equals("page=1")
                                    ? "{\"bookings\": [{\"id\": 1, \"updated\": \"b\"}, {\"id\": 4, \"updated\": \"b\"}]}"
                                    : "{\"bookings\": []}"));
            acme.trigger("updated-bookings").orElseThrow().pollOnce();
        }
        assertThat(events)
                .extracting(event -> event.payload().path("id").asInt())
                .containsExactly(1, 4);
    }

    @Test
    void webhook() throws Exception {
        WebhookRouter router = WebhookRouter.at("https://app.example.com/hooks");
        try (StateStore state = StateStore.inMemory();
                Connector acme = document(5)
                        .connect(acme().value("venue", "rooftop")
                                .state(state)
                                .webhooks(router)
                                .build())) {
            acme.on("booking-cancelled", events::add);
            URI callback = acme.webhookUrl("booking-cancelled").orElseThrow();

            assertThat(router.receive(request(callback, "0".repeat(64))).status())
                    .isEqualTo(401);
            assertThat(router.receive(request(callback, hmac())).status()).isEqualTo(200);
        }
        assertThat(events)
                .singleElement()
                .satisfies(
                        event -> assertThat(event.payload().path("id").asInt()).isEqualTo(3));
    }

    private static final String BODY = "{\"event\": \"e1\", \"id\": 3}";

    private static WebhookRequest request(URI url, String signature) {
        return WebhookRequest.of(
                "POST",
                url.getPath(),
                "",
                Map.of("X-Signature", List.of(signature), "Content-Type", List.of("application/json")),
                BODY.getBytes(StandardCharsets.UTF_8));
    }

    private static String hmac() throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        return HexFormat.of().formatHex(mac.doFinal(BODY.getBytes(StandardCharsets.UTF_8)));
    }

    /** The blocks of the guide change the requests, so they are read without those of the tutorial. */
    @Test
    void referencesAndDefaults() throws IOException {
        Matcher block = BLOCK.matcher(Files.readString(PAGE));
        List<String> blocks = block.results().map(found -> found.group(1)).toList();

        ConnectorDefinition definition = ConnectorDefinition.parse(blocks.get(0)
                + blocks.stream()
                        .filter(found -> found.startsWith("defaults:"))
                        .findFirst()
                        .orElseThrow());

        JsonNode request = definition.toJson().at("/requests/list-guests");
        assertThat(request.at("/pagination/pages/query").asText()).isEqualTo("page");
        assertThat(request.at("/retry/maxAttempts").asInt()).isEqualTo(5);
        String subscription = blocks.stream()
                .filter(found -> found.startsWith("connector: 1\nid: code"))
                .findFirst()
                .orElseThrow();
        assertThat(ConnectorDefinition.parse(subscription).subscriptions()).containsExactly("pushed");
        assertThat(blocks).hasSize(11);
    }

    @Test
    void hybridsStreamsAndOperations() throws IOException {
        String page = Files.readString(PAGE);
        String start = BLOCK.matcher(page)
                .results()
                .map(found -> found.group(1))
                .findFirst()
                .orElseThrow();

        ConnectorDefinition hybrid = ConnectorDefinition.parse(start + """
                requests: {list-bookings: {method: GET, url: /bookings, records: {path: /bookings}}}
                webhooks: {booking-changed: {unverified: true}}
                """ + blockWith(page, "hybrid:"));
        assertThat(hybrid.hybrids()).containsOnly(Map.entry("updated-bookings", "booking-changed"));

        ConnectorDefinition stream =
                ConnectorDefinition.parse(start + "inputs: [{name: room}]\n" + blockWith(page, "stream:"));
        assertThat(stream.streams()).containsExactly("chat-events");

        ConnectorDefinition operation = ConnectorDefinition.parse(start + blockWith(page, "operation:"));
        assertThat(operation.requests()).containsExactly("export");
        assertThat(operation.triggers()).containsExactly("changes");
    }

    private static String blockWith(String page, String member) {
        return BLOCK.matcher(page)
                .results()
                .map(found -> found.group(1))
                .filter(found -> found.contains(member))
                .findFirst()
                .orElseThrow();
    }
}
