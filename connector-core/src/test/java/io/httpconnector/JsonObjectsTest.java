package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.transport.CallContext;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link Response#json()} and its variants: charsets, types, mappers, and names that do not match. */
class JsonObjectsTest {

    private static Response response(
            byte[] body, @Nullable String contentType, Response.@Nullable JsonMapping mapping) {
        return new Response(
                Request.get("https://example.com/"),
                200,
                contentType == null
                        ? NameValuePair.headerFields()
                        : NameValuePair.headerFields(NameValuePair.of("Content-Type", contentType)),
                body,
                new CallContext(TimeSource.SYSTEM, Duration.ofMinutes(1)),
                mapping);
    }

    private static Response response(String body) {
        return response(body.getBytes(StandardCharsets.UTF_8), "application/json", null);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ISO-8859-1   | application/json; charset=ISO-8859-1",
                "windows-1252 | application/json;charset=\"windows-1252\"",
                "UTF-8        | application/json; charset=utf-8",
                "UTF-8        | application/json; charset=unknown",
                "UTF-8        | application/json",
                "UTF-8        |",
                "UTF-16BE     | application/json; charset=utf-16be",
                "UTF-16       | application/json",
                "UTF-16       | application/json; charset=iso-8859-1",
                "windows-1252 | application/json",
                "windows-1252 | application/json; charset=utf-8",
                "windows-1252 |"
            })
    void jsonAndTextHaveTheSameCharset(String charset, @Nullable String contentType) {
        // Bytes beyond ASCII that are no valid UTF-8 in the charsets of one byte.
        String json = "{\"name\":\"caf\u00e9 \u00fc\"}";
        Response response = response(json.getBytes(Charset.forName(charset)), contentType, null);

        boolean isWrongDeclaration =
                charset.equals("windows-1252") && "application/json; charset=utf-8".equals(contentType);
        String name = isWrongDeclaration ? "caf\ufffd \ufffd" : "caf\u00e9 \u00fc";
        assertThat(response.text()).isEqualTo("{\"name\":\"" + name + "\"}");
        assertThat(response.json().path("name").asText()).isEqualTo(name);
        assertThat(response.json(Named.class)).isEqualTo(new Named(name));
        assertThat(response(json.getBytes(Charset.forName(charset)), contentType, mapping())
                        .json(Named.class))
                .isEqualTo(new Named(name));
    }

    record Named(String name) {}

    private static Response.JsonMapping mapping() {
        JsonMapper mapper = JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build();
        return (json, type) -> mapper.readValue(json, mapper.constructType(type));
    }

    @Test
    void readsGenericTypes() {
        assertThat(response("[{\"name\":\"a\"},{\"name\":\"b\"}]").json(new TypeReference<List<Named>>() {}))
                .containsExactly(new Named("a"), new Named("b"));
        assertThat(response("{\"x\":[1]}").json(new TypeReference<Map<String, List<Integer>>>() {}))
                .isEqualTo(Map.of("x", List.of(1)));
        assertThatThrownBy(() -> response("{}").json(new TypeReference<List<Named>>() {}))
                .isInstanceOf(InvalidResponseException.class)
                .hasMessageContaining("the body is not java.util.List<");
        assertThatThrownBy(() -> response("null").json(new TypeReference<List<Named>>() {}))
                .isInstanceOf(InvalidResponseException.class)
                .hasMessageContaining("the body is null");
    }

    @Test
    void readsListsOfAClass() {
        List<Named> list = response("[{\"name\":\"a\"},{\"name\":\"b\"}]").list(Named.class);
        assertThat(list).containsExactly(new Named("a"), new Named("b"));
        assertThat(response("[]").list(Named.class)).isEmpty();
        assertThat(response("[{\"order_id\":\"1\"}]", mapping()).list(Order.class))
                .containsExactly(new Order("1", 0));
        assertThatThrownBy(() -> response("[{\"order_id\":\"1\"}]").list(Order.class))
                .isInstanceOf(InvalidResponseException.class)
                .hasMessageContaining("is not the property \"orderId\"");
        assertThatThrownBy(() -> response("{\"name\":\"a\"}").list(Named.class))
                .isInstanceOf(InvalidResponseException.class)
                .hasMessageContaining("the body is not List<Named>");
        assertThatThrownBy(() -> response("null").list(Named.class))
                .isInstanceOf(InvalidResponseException.class)
                .hasMessageContaining("the body is null, not a List<Named>");
    }

    record Order(String orderId, int count) {}

    static final class Bean {
        public String orderId = "";
    }

    record Nested(List<Order> orders, @Nullable Object order_id) {}

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"order_id\":\"1\"}",
                "{\"count\":1,\"order_id\":\"1\"}",
                "{\"order-id\":\"1\"}",
                "{\"OrderID\":\"1\"}",
                "{\"ORDER_ID\":\"1\",\"x\":{\"y\":1}}"
            })
    void nameThatIsWrittenDifferentlyIsReported(String json) {
        assertThatThrownBy(() -> response(json).json(Order.class))
                .isInstanceOf(InvalidResponseException.class)
                .hasMessageContaining("is not the property \"orderId\" of Order: annotate")
                .hasMessageContaining("jsonMapping(...)");
        assertThatThrownBy(() -> response(json).json(Bean.class)).isInstanceOf(InvalidResponseException.class);
        assertThatThrownBy(() -> response("[" + json + "]").json(new TypeReference<List<Order>>() {}))
                .isInstanceOf(InvalidResponseException.class);
        assertThatThrownBy(() -> response("{\"orders\":[" + json + "]}").json(Nested.class))
                .isInstanceOf(InvalidResponseException.class);
    }

    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Snake(String orderId) {}

    record Annotated(@JsonProperty("order_id") String orderId) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    record Ignoring(@Nullable String orderId) {}

    @Test
    void namesThatMatchOrAreUnrelatedAreNot() {
        String json = "{\"order_id\":\"1\",\"id\":2,\"other\":[]}";

        assertThat(response(json).json(Snake.class).orderId()).isEqualTo("1");
        assertThat(response(json).json(Annotated.class).orderId()).isEqualTo("1");
        assertThat(response(json).json(Ignoring.class).orderId()).isNull();
        assertThat(response("{\"orderId\":\"1\",\"order_id\":\"2\"}").json(Order.class))
                .isEqualTo(new Order("1", 0));
        assertThat(response("{\"order_id\":\"1\"}", mapping()).json(Order.class))
                .isEqualTo(new Order("1", 0));
    }

    private static Response response(String json, Response.JsonMapping mapping) {
        return response(json.getBytes(StandardCharsets.UTF_8), "application/json", mapping);
    }

    record At(Instant at) {}

    @Test
    void missingModuleIsNamedWithWhatCanBeDone() {
        assertThatThrownBy(() -> response("{\"at\":\"2026-01-01T00:00:00Z\"}").json(At.class))
                .isInstanceOf(InvalidResponseException.class)
                .hasMessageContaining("jackson-datatype-jsr310")
                .hasMessageContaining("add that module to the class path, or set a mapper with jsonMapping(...)");
    }

    @Test
    void mapperOfTheConnectionIsUsed() throws Exception {
        try (WirePeer peer = new WirePeer(
                        (number, request) ->
                                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"order_id\":\"1\"}");
                HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl(peer.url())
                        .jsonMapping(mapping())
                        .build()) {
            assertThat(connection.send(Request.get("/")).json(Order.class)).isEqualTo(new Order("1", 0));
        }
    }

    @Test
    void failureOfAMapperIsAnInvalidResponse() {
        assertThatThrownBy(() -> response("{}", (json, type) -> {
                            throw new IllegalStateException("no\nJSON");
                        })
                        .json(Order.class))
                .isInstanceOf(InvalidResponseException.class)
                .hasMessageEndingWith("the body is not Order: no");
        assertThatThrownBy(() -> response("{}", (json, type) -> {
                            throw new IOException();
                        })
                        .json(Order.class))
                .isInstanceOf(InvalidResponseException.class);
        assertThatThrownBy(() -> response("{}", (json, type) -> null).json(Order.class))
                .hasMessageContaining("the body is null, not a Order");
    }
}
