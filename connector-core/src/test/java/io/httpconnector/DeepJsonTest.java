package io.httpconnector;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.template.RequestTemplate;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON of any depth is read and written, or refused by an exception of this library. */
@Timeout(60)
class DeepJsonTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private static JsonNode jackson2(int depth) {
        JsonNode tree = JsonNodeFactory.instance.arrayNode();
        for (int i = 1; i < depth; i++) {
            tree = JsonNodeFactory.instance.arrayNode().add(tree);
        }
        return tree;
    }

    private static tools.jackson.databind.JsonNode jackson3(int depth) {
        tools.jackson.databind.JsonNode tree = tools.jackson.databind.node.JsonNodeFactory.instance.arrayNode();
        for (int i = 1; i < depth; i++) {
            tree = tools.jackson.databind.node.JsonNodeFactory.instance
                    .arrayNode()
                    .add(tree);
        }
        return tree;
    }

    private static Object lists(int depth) {
        Object tree = List.of();
        for (int i = 1; i < depth; i++) {
            tree = List.of(tree);
        }
        return tree;
    }

    private static String text(int depth) {
        return "[".repeat(depth) + "]".repeat(depth);
    }

    record Holder(Object value) {}

    /** Runs some code, which may refuse in the library's own way. */
    private static void refusedOrDone(String what, Runnable code) {
        try {
            code.run();
        } catch (ConnectorException e) {
            assertThat(e.getMessage()).as(what).isNotBlank();
        } catch (RuntimeException | Error e) {
            throw new AssertionError(what + ": " + e.getClass(), e);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {600, 1_100, 20_000})
    void bodyOfARequest(int depth) {
        for (Object value : List.of(
                jackson2(depth),
                jackson3(depth),
                lists(depth),
                text(depth),
                Map.of("a", jackson2(depth)),
                Map.of("a", jackson3(depth)),
                new Holder(jackson3(depth)),
                List.of(new Holder(lists(depth))))) {
            String what = depth + " levels of " + value.getClass().getSimpleName();
            refusedOrDone(what, () -> {
                byte[] bytes = (value instanceof String text
                                ? Request.post("/").json(text)
                                : Request.post("/").json(value))
                        .body()
                        .orElseThrow()
                        .toBytes();
                assertThat(new String(bytes, StandardCharsets.UTF_8)).contains("]".repeat(depth));
            });
        }
    }

    @Test
    void valueThatHasItselfWithinIt() {
        List<Object> list = new ArrayList<>();
        list.add(list);
        Map<String, Object> map = new HashMap<>();
        map.put("a", List.of(map));

        for (Object value : List.<Object>of(List.of(list), List.of(map))) {
            assertThatThrownBy(() -> Request.post("/").json(value)).isInstanceOf(InvalidDefinitionException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {600, 1_100, 20_000})
    void valueOfAPill(int depth) {
        RequestTemplate template =
                RequestTemplate.named("T").post("/").json("{\"a\": \"{{v}}\"}").build();
        for (Object value : List.of(jackson2(depth), jackson3(depth), lists(depth))) {
            refusedOrDone(depth + " levels of " + value.getClass().getSimpleName(), () -> template.render("v", value));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {600, 1_100, 20_000})
    void response(int depth) {
        service.stubFor(any(anyUrl()).willReturn(okJson(text(depth))));
        try (HttpConnection connection =
                HttpConnection.named("Service").baseUrl(service.baseUrl()).build()) {
            refusedOrDone(
                    depth + " levels", () -> connection.send(Request.get("/")).json());
            refusedOrDone(
                    depth + " levels", () -> connection.send(Request.get("/")).json(List.class));
        }
    }
}
