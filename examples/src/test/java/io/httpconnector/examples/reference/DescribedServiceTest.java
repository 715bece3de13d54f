package io.httpconnector.examples.reference;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Verifies that each example of the page "Describe a service" is run: by the test of its heading. */
class DescribedServiceTest {

    private static final Map<String, Class<?>> TESTS = Map.of(
            "Authentication", DescribedAuthenticationTest.class,
            "Polling", DescribedPollingTest.class,
            "Webhooks", DescribedWebhooksTest.class);

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    @Test
    void eachExampleIsRun() {
        assertThat(DescribedService.headings()).hasSizeGreaterThan(15).allSatisfy((heading, section) -> {
            assertThat(TESTS).containsKey(section);
            assertThat(Stream.of(TESTS.getOrDefault(section, Object.class).getDeclaredMethods())
                            .filter(method -> method.isAnnotationPresent(Test.class))
                            .map(Method::getName)
                            .map(DescribedServiceTest::plain))
                    .as("a test of the example \"" + heading + "\"")
                    .contains(plain(heading));
        });
    }
}
