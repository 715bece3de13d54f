package io.httpconnector.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.spring.ConnectorTrigger;
import io.httpconnector.state.StateStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.GeneratedFiles;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.io.InputStreamSource;
import org.springframework.javapoet.ClassName;

/** Tests ahead-of-time processing, for native images. */
class AheadOfTimeTest {

    /** An application. */
    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        ConnectorsAutoConfiguration.class,
        StoreAutoConfiguration.class,
        TriggerAutoConfiguration.class,
        WebhookAutoConfiguration.class
    })
    static class Application {

        /** A payload. */
        record Order(int id) {}

        @ConnectorTrigger("updated-orders")
        void on(List<Order> orders) {}

        @Bean
        StateStore state() {
            return StateStore.inMemory();
        }
    }

    @Test
    void theApplicationIsProcessedAheadOfTime() throws Exception {
        InMemoryGeneratedFiles files = new InMemoryGeneratedFiles();
        DefaultGenerationContext generation = new DefaultGenerationContext(
                new ClassNameGenerator(ClassName.get("io.httpconnector.spring.autoconfigure", "Test")), files);
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            context.getEnvironment()
                    .getPropertySources()
                    .addFirst(new MapPropertySource(
                            "test",
                            Map.of(
                                    "connectors.connections.acme.connector", "shop",
                                    "connectors.connections.acme.values.url", "https://shop.example.com",
                                    "connectors.connections.acme.secrets.api-key", "k1")));
            context.register(Application.class);

            new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
            generation.writeGeneratedContent();
        }

        assertThat(files.getGeneratedFiles(GeneratedFiles.Kind.SOURCE).values())
                .anySatisfy(source -> assertThat(content(source)).contains("\"acme\""));
        assertThat(generation
                        .getRuntimeHints()
                        .reflection()
                        .getTypeHint(Application.class)
                        .methods())
                .anySatisfy(method -> assertThat(method.getName()).isEqualTo("on"));
        assertThat(RuntimeHintsPredicates.reflection().onType(Application.Order.class))
                .accepts(generation.getRuntimeHints());
        assertThat(RuntimeHintsPredicates.resource().forResource("connectors/shop.connector.yaml"))
                .accepts(generation.getRuntimeHints());
    }

    private static String content(InputStreamSource source) {
        try (InputStream in = source.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
