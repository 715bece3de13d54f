package io.httpconnector.auth.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Body;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.internal.Hashing;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.VirtualTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The definitions of Lazada and TikTok Shop in the guide, with the values of the examples that these services publish. */
class MarketplaceSignaturesTest {

    private MockService service;

    @BeforeEach
    void start() {
        service = MockService.start();
    }

    @AfterEach
    void stop() {
        service.close();
    }

    /** Returns a definition of the guide for the mock service. */
    private AuthDefinition documented(String name, String path) throws IOException {
        Matcher blocks = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("..", "docs", "describe-a-service.md")));
        while (blocks.find()) {
            if (blocks.group(1).contains("\"name\": \"" + name + "\"")) {
                JsonNode definition = new ObjectMapper().readTree(blocks.group(1));
                ((ObjectNode) definition).put("baseUrl", service.baseUrl() + path);
                return AuthDefinition.parse(definition.toString());
            }
        }
        throw new AssertionError("no definition of " + name);
    }

    private String sign(AuthDefinition definition, Map<String, String> values, long millis, Request request) {
        service.on(request.method(), "/rest/order/get", MockResponse.status(200));
        service.on(request.method(), "/authorization/202309/shops", MockResponse.status(200));
        AuthMethod method = definition.choose("signed").timeSource(new VirtualTime(Instant.ofEpochMilli(millis)));
        for (Map.Entry<String, String> value : values.entrySet()) {
            method = value.getKey().equals("appKey")
                    ? method.value("appKey", value.getValue())
                    : method.value(value.getKey(), Secret.of(value.getValue()));
        }
        try (HttpConnection connection = method.connection().build()) {
            connection.send(request);
        }
        String url = service.requests().get(service.requests().size() - 1).uri().toString();
        Matcher sign = Pattern.compile("[?&]sign=([^&]*)").matcher(url);
        assertThat(sign.find()).as(url).isTrue();
        return sign.group(1);
    }

    @Test
    void lazada() throws IOException {
        assertThat(sign(
                        documented("Lazada", "/rest"),
                        Map.of("appKey", "123456", "secret", "helloworld", "accessToken", "test"),
                        1517820392000L,
                        Request.get("/order/get").query("order_id", "1234").query("empty", "")))
                .isEqualTo("4190D32361CFB9581350222F345CB77F3B19F0E31D162316848A2C1FFD5FAB4A");
    }

    @Test
    void tikTokShop() throws IOException {
        AuthDefinition definition = documented("TikTok Shop", "");
        Map<String, String> values = Map.of("appKey", "29a39d", "secret", "e59af819cc", "accessToken", "ROW_x");
        Request shops = Request.get("/authorization/202309/shops");

        assertThat(sign(definition, values, 1623812664000L, shops))
                .isEqualTo("b596b73e0cc6de07ac26f036364178ab16b0a907af13d43f0a0cd2345f582dc8");
        assertThat(sign(
                        definition,
                        values,
                        1623812664000L,
                        shops.query("access_token", "x").query("sign", "y")))
                .isEqualTo("b596b73e0cc6de07ac26f036364178ab16b0a907af13d43f0a0cd2345f582dc8");

        Request post = Request.post("/authorization/202309/shops").query("shop_cipher", "c");
        String start = "e59af819cc/authorization/202309/shopsapp_key29a39dshop_cipherctimestamp1623812664";
        assertThat(sign(definition, values, 1623812664000L, post.json("{\"order_status\": \"UNPAID\"}")))
                .isEqualTo(hmac(start + "{\"order_status\": \"UNPAID\"}e59af819cc"));
        assertThat(sign(
                        definition,
                        values,
                        1623812664000L,
                        post.body(Body.multipart().field("a", "b"))))
                .isEqualTo(hmac(start + "e59af819cc"));
    }

    private static String hmac(String text) {
        return HexFormat.of()
                .formatHex(Hashing.hmac(
                        "HmacSHA256",
                        "e59af819cc".getBytes(StandardCharsets.UTF_8),
                        text.getBytes(StandardCharsets.UTF_8)));
    }
}
