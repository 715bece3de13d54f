package io.httpconnector.spring.snippets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.spring.ConnectorTriggers;
import io.httpconnector.spring.snippets.SpringBootGuide.OrderTable;
import io.httpconnector.spring.snippets.SpringBootGuide.Shop;
import io.httpconnector.testing.Await;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Runs the application of docs/spring-boot.md, with the files of the page. */
class SpringBootGuideTest {

    private static final Pattern YAML = Pattern.compile("```yaml\\n(.*?)```", Pattern.DOTALL);

    /** The application of the page. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({OrderTable.class, Shop.class, SpringBootGuide.OrderEvents.class})
    static class Application {}

    @Test
    void theApplicationOfThePageRuns(@TempDir Path directory) throws Exception {
        List<String> files = YAML.matcher(Files.readString(Path.of("../docs/spring-boot.md")))
                .results()
                .map((MatchResult block) -> block.group(1))
                .toList();
        Files.writeString(directory.resolve("application.yml"), files.get(0));
        Files.writeString(
                Files.createDirectory(directory.resolve("connectors")).resolve("shop.connector.yaml"), files.get(1));
        try (MockService service = MockService.start();
                ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
                        .properties(
                                "spring.config.additional-location=" + directory + "/",
                                "SHOP_URL=" + service.baseUrl(),
                                "SHOP_TOKEN=t1",
                                "SHOP_WEBHOOK_SECRET=s3cret")
                        .run(
                                "--spring.main.banner-mode=off",
                                "--server.port=0",
                                "--spring.datasource.url=jdbc:h2:mem:guide",
                                "--connectors.auto-startup=false",
                                "--connectors.documents=file:" + directory + "/connectors/")) {
            service.on("GET", "/me", MockResponse.json("{\"name\":\"Acme\"}"));
            service.on("GET", "/orders", MockResponse.json("{\"orders\": [{\"id\": \"7\", \"status\": \"open\"}]}"));

            assertThat(context.getBean(Shop.class).account().path("name").asText())
                    .isEqualTo("Acme");
            assertThat(service.requests().get(0).headers()).containsEntry("authorization", "Bearer t1");
            OrderTable table = context.getBean(OrderTable.class);
            context.getBean(ConnectorTriggers.class).poll("shop/updated-orders");
            assertThat(table.rows).containsEntry("7", "open");
            assertThat(post(context, "{\"id\":\"e1\",\"order\":\"7\"}").statusCode())
                    .isEqualTo(200);
            Await.until(() -> "paid".equals(table.rows.get("7")));
        }
    }

    private static HttpResponse<String> post(ConfigurableApplicationContext context, String body) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec("s3cret".getBytes(UTF_8), "HmacSHA256"));
        String port = context.getEnvironment().getProperty("local.server.port");
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/hooks/shop/order-paid"))
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .header("Content-Type", "application/json")
                                .header("X-Signature", HexFormat.of().formatHex(mac.doFinal(body.getBytes(UTF_8))))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }
}
