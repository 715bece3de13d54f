package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.TriggerEvent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The mapper of the application reads and writes objects: of one connection, and of the whole process. */
class JsonMappingTest {

    private static final Instant TIME = Instant.parse("2026-01-31T12:00:00Z");
    private static final String DIGITS = "{\"a\":1.10,\"b\":1E+400,\"c\":123456789012345678901234567890}";

    record Times(
            OffsetDateTime offset,
            ZonedDateTime zone,
            LocalDateTime local,
            LocalTime time,
            OffsetTime offsetTime,
            Instant instant,
            LocalDate date) {}

    /** Also on a full minute, and without the name of a zone, as RFC 3339 demands. */
    @Test
    void timesHaveSecondsAndOffsets() {
        OffsetDateTime offset = OffsetDateTime.of(2026, 1, 31, 12, 0, 0, 0, ZoneOffset.ofHours(2));
        Times times = new Times(
                offset,
                offset.atZoneSameInstant(ZoneId.of("Europe/Berlin")),
                offset.toLocalDateTime(),
                offset.toLocalTime(),
                offset.toOffsetTime(),
                offset.toInstant(),
                offset.toLocalDate());
        String expected = "{\"offset\":\"2026-01-31T12:00:00+02:00\",\"zone\":\"2026-01-31T11:00:00+01:00\","
                + "\"local\":\"2026-01-31T12:00:00\",\"time\":\"12:00:00\",\"offsetTime\":\"12:00:00+02:00\","
                + "\"instant\":\"2026-01-31T10:00:00Z\",\"date\":\"2026-01-31\"}";

        assertThat(new String(Body.json(times).toBytes(), StandardCharsets.UTF_8))
                .isEqualTo(expected);
        assertThat(JsonSupport.tree(Map.of("a", times)).get("a")).hasToString(expected);
        assertThat(RequestTemplate.named("T")
                        .get("/x")
                        .query("since", "{{v.offset}}")
                        .query("at", "{{v.zone}}")
                        .build()
                        .render(Pills.of("v", times))
                        .preview()
                        .url())
                .endsWith("/x?since=2026-01-31T12%3A00%3A00%2B02%3A00&at=2026-01-31T11%3A00%3A00%2B01%3A00");
    }

    record Order(String orderId, Instant placedAt) {}

    /** A class without properties that only a mix-in makes readable and writable. */
    static final class Money {
        private final BigDecimal cents;

        Money(BigDecimal cents) {
            this.cents = cents;
        }

        BigDecimal worth() {
            return cents;
        }
    }

    abstract static class MoneyMixIn {
        MoneyMixIn(@JsonProperty("cents") BigDecimal cents) {}

        @JsonProperty("cents")
        abstract BigDecimal worth();
    }

    private static Response.JsonMapping mapping() {
        SimpleModule times = new SimpleModule()
                .addSerializer(new StdSerializer<>(Instant.class) {
                    @Override
                    public void serialize(Instant value, JsonGenerator generator, SerializerProvider provider)
                            throws IOException {
                        generator.writeNumber(value.getEpochSecond());
                    }
                })
                .addDeserializer(Instant.class, new StdDeserializer<>(Instant.class) {
                    @Override
                    public Instant deserialize(JsonParser parser, DeserializationContext context) throws IOException {
                        return Instant.ofEpochSecond(parser.getLongValue());
                    }
                });
        return Response.JsonMapping.of(JsonMapper.builder()
                .addModule(times)
                .addMixIn(Money.class, MoneyMixIn.class)
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build());
    }

    private static final String ORDER = "{\"order_id\":\"7\",\"placed_at\":1769860800}";

    @AfterEach
    void restoreDefault() {
        Response.JsonMapping.setDefault(Response.JsonMapping.standard());
    }

    private static WirePeer echo() throws IOException {
        return new WirePeer((number, request) -> {
            String body = request.substring(request.indexOf("\r\n\r\n") + 4);
            return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                    + body;
        });
    }

    private static String body(Request request) {
        return new String(request.body().orElseThrow().toBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void mappingOfAConnectionWritesAndReads() throws Exception {
        Order order = new Order("7", TIME);
        try (WirePeer peer = echo();
                HttpConnection shop = HttpConnection.named("Shop")
                        .baseUrl(peer.url())
                        .jsonMapping(mapping())
                        .build();
                HttpConnection other =
                        HttpConnection.named("Other").baseUrl(peer.url()).build()) {
            Request request = Request.post("/").json(order);

            assertThat(shop.send(request).text()).isEqualTo(ORDER);
            assertThat(shop.send(request).json(Order.class)).isEqualTo(order);
            assertThat(other.send(request).text())
                    .isEqualTo("{\"orderId\":\"7\",\"placedAt\":\"2026-01-31T12:00:00Z\"}");
            assertThat(shop.send(Request.post("/").json(List.of(order))).list(Order.class))
                    .containsExactly(order);
            assertThat(shop.send(Request.post("/").json(Map.of("order", order, "at", TIME)))
                            .json())
                    .isEqualTo(JsonSupport.parse("{\"order\":" + ORDER + ",\"at\":\"2026-01-31T12:00:00Z\"}"));
        }
    }

    @Test
    void mappingOfAConnectionWritesBodiesThatWereChangedOrComposed() throws Exception {
        Order order = new Order("7", TIME);
        try (WirePeer peer = echo();
                HttpConnection shop = HttpConnection.named("Shop")
                        .baseUrl(peer.url())
                        .jsonMapping(mapping())
                        .build()) {
            assertThat(shop.send(Request.post("/").body(Body.json(order).field("more", "1")))
                            .json())
                    .isEqualTo(JsonSupport.parse(ORDER.replace("}", ",\"more\":\"1\"}")));
            assertThat(shop.send(Request.post("/")
                                    .body(Body.multipart()
                                            .field("a", "b")
                                            .part("order", Body.json(order))
                                            .field("c", "d")))
                            .text())
                    .contains(ORDER)
                    .contains("name=\"a\"")
                    .containsOnlyOnce("name=\"order\"")
                    .contains("name=\"c\"")
                    .doesNotContain("orderId");
            assertThat(shop.send(Request.post("/")
                                    .body(Body.json(order)
                                            .redacting(Secret.of("2026"))
                                            .field("x", Secret.of("hidden7"))))
                            .exchange()
                            .requestBody())
                    .contains("order_id")
                    .doesNotContain("hidden7");
        }
    }

    @Test
    void compressedBodyIsWrittenByTheMappingOfTheConnection() throws Exception {
        Body zipped = Body.json(new Order("7", TIME)).gzip();
        Body written = zipped.writtenBy(io.httpconnector.internal.json.ValueMapper.writingBy(mapping()::write));

        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(written.toBytes()))) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(ORDER);
        }
    }

    @Test
    void defaultMappingWritesEveryValue() {
        Response.JsonMapping.setDefault(mapping());
        Order order = new Order("7", TIME);
        Map<String, Object> nested = new LinkedHashMap<>();
        nested.put("list", List.of(new Money(new BigDecimal("1.10"))));
        nested.put("none", null);
        nested.put("tree", JsonNodeFactory.instance.objectNode().put("camelCase", 1));

        assertThat(Response.JsonMapping.currentDefault()).isNotSameAs(Response.JsonMapping.standard());
        assertThat(body(Request.post("/").json(order))).isEqualTo(ORDER);
        assertThat(body(Request.post("/").json(nested)))
                .isEqualTo("{\"list\":[{\"cents\":1.10}],\"none\":null,\"tree\":{\"camelCase\":1}}");
        RequestTemplate template = RequestTemplate.named("T")
                .post("/{{order.order_id}}")
                .json("{\"all\":\"{{order}}\"}")
                .build();
        Request rendered = template.render(Pills.of("order", order));
        assertThat(rendered.uri()).hasToString("/7");
        assertThat(body(rendered)).isEqualTo("{\"all\":" + ORDER + "}");
        assertThat(body(RequestTemplate.named("B").post("/").json(order).build().render(Pills.none())))
                .isEqualTo(ORDER);

        Response.JsonMapping.setDefault(Response.JsonMapping.standard());
        assertThat(body(Request.post("/").json(order))).contains("orderId");
        assertThat(body(template.render(Pills.of("order", Map.of("order_id", 1, "at", TIME)))))
                .contains("2026-01-31T12:00:00Z");
    }

    record Maybe(Optional<Instant> at, Optional<String> none) {}

    record Holder(Object value) {}

    @Test
    void standardMappingWritesOptionalValues() {
        assertThat(body(Request.post("/").json(new Maybe(Optional.of(TIME), Optional.empty()))))
                .isEqualTo("{\"at\":\"2026-01-31T12:00:00Z\",\"none\":null}");
        assertThat(body(Request.post("/").json(List.of(Optional.of(new Holder(Optional.of(1)))))))
                .isEqualTo("[{\"value\":1}]");
    }

    @Test
    void filesOfPillsAreNotWrittenByTheDefaultMapping() throws Exception {
        Response.JsonMapping.setDefault(mapping());
        java.nio.file.Path file = java.nio.file.Files.createTempFile("pill", ".txt");
        try {
            java.nio.file.Files.writeString(file, "content");
            RequestTemplate upload = RequestTemplate.named("U")
                    .post("/")
                    .file("f", "a.txt", "text/plain", "{{file}}")
                    .build();
            assertThat(body(upload.render(Pills.of("file", file)))).contains("content");
        } finally {
            java.nio.file.Files.delete(file);
        }
    }

    @Test
    void payloadsAreReadByTheDefaultMapping() {
        TriggerEvent event = event(JsonSupport.parse("{\"order_id\":\"7\",\"placed_at\":1769860800}"));
        Order order = new Order("7", TIME);

        assertThat(event.payload(Order.class, mapping())).isEqualTo(order);
        assertThatThrownBy(() -> event.payload(Order.class))
                .isInstanceOf(ConnectorException.class)
                .hasMessageStartingWith("Event t: NEW k (1): the payload is not Order: ");
        Response.JsonMapping.setDefault(mapping());
        assertThat(event.payload(Order.class)).isEqualTo(order);
        assertThatThrownBy(() -> event(MissingNode.getInstance()).payload(Order.class))
                .hasMessage("Event t: NEW k (1) has no payload: use its key");
        assertThatThrownBy(() -> event(JsonNodeFactory.instance.nullNode()).payload(Order.class))
                .hasMessageEndingWith("the payload is not Order");
    }

    private static TriggerEvent event(JsonNode payload) {
        return new TriggerEvent("1", "t", ChangeType.NEW, "k", payload, MissingNode.getInstance(), TIME);
    }

    @Test
    void mapperKeepsAllDigits() throws Exception {
        Response.JsonMapping mapping = Response.JsonMapping.of(new ObjectMapper());
        byte[] json = DIGITS.getBytes(StandardCharsets.UTF_8);

        Object map = mapping.read(json, new TypeReference<Map<String, Object>>() {}.getType());
        assertThat(new String(mapping.write(map), StandardCharsets.UTF_8)).isEqualTo(DIGITS);
        Object tree = mapping.read(json, JsonNode.class);
        assertThat(tree).hasToString(DIGITS);
        Response.JsonMapping.setDefault(mapping);
        assertThat(body(Request.post("/").json(Map.of("x", map)))).isEqualTo("{\"x\":" + DIGITS + "}");
        assertThat(event((JsonNode) tree).payload(Numbers.class))
                .isEqualTo(new Numbers(
                        new BigDecimal("1.10"),
                        new BigDecimal("1E+400"),
                        new java.math.BigInteger("123456789012345678901234567890")));
    }

    record Numbers(BigDecimal a, BigDecimal b, java.math.BigInteger c) {}

    @Test
    void givenMapperIsNotChanged() throws Exception {
        ObjectMapper mapper = new ObjectMapper();
        Response.JsonMapping.of(mapper);
        assertThat(mapper.readValue("{\"a\":1.5}", Map.class).get("a")).isEqualTo(1.5);
        assertThatThrownBy(() -> Response.JsonMapping.of(new ObjectMapper() {}))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("can't be copied: override copy()");
    }

    static final class Broken {
        public String value() {
            return "";
        }
    }

    @Test
    void objectThatTheMapperCannotWriteIsReported() {
        Response.JsonMapping.setDefault(new Response.JsonMapping() {
            @Override
            public Object read(byte[] json, java.lang.reflect.Type type) {
                return "";
            }

            @Override
            public byte[] write(Object value) {
                if (value instanceof Broken) {
                    throw new IllegalStateException("no\nJSON");
                }
                return "[".getBytes(StandardCharsets.UTF_8);
            }
        });
        assertThatThrownBy(() -> Body.json(new Broken()))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("can't be written as JSON: no");
        assertThatThrownBy(() -> Body.json(Map.of("a", new Order("1", TIME))))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("the JsonMapping wrote no JSON");
    }

    @Test
    void typesOfJackson3NameTheModule() {
        assertThatThrownBy(() -> event(JsonSupport.parse("{}")).payload(tools.jackson.databind.JsonNode.class))
                .hasMessageContaining("jsonMapping(Jackson3Mapping.of(mapper)) of the module connector-jackson3");
    }
}
