package io.httpconnector.spring.autoconfigure;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.Environment;

/**
 * A check for placeholders without a value. Spring Boot passes {@code ${SHOP_TOKEN}} on as a text if there is no such variable: it
 * would become a token or, worse, the key of signatures that anyone can compute.
 */
final class PropertyPlaceholders {

    private static final Pattern VARIABLE = Pattern.compile("placeholder '([^']*)'");

    private PropertyPlaceholders() {}

    /**
     * Checks all properties below {@code connectors}.
     *
     * @return a problem for each property that has a placeholder without a value
     */
    static List<String> problems(Environment environment) {
        // A map of connections is bound by each source that has a part of it.
        Set<String> problems = new LinkedHashSet<>();
        // The result is not used: the handler collects the problems.
        BindResult<Map<String, Object>> unused = new Binder(
                        ConfigurationPropertySources.get(environment),
                        value -> value instanceof String text ? environment.resolveRequiredPlaceholders(text) : value)
                .bind("connectors", Bindable.mapOf(String.class, Object.class), new BindHandler() {
                    @Override
                    public @Nullable Object onFailure(
                            ConfigurationPropertyName name, Bindable<?> target, BindContext context, Exception error) {
                        problems.add(name + ": the variable " + variable(error)
                                + " is not set: set it, or write a default after a colon in the placeholder");
                        return null;
                    }
                });
        return List.copyOf(problems);
    }

    /** Returns the name of the variable, without the text of the property: it may have secrets beside the placeholder. */
    private static String variable(Exception error) {
        Matcher matcher = VARIABLE.matcher(String.valueOf(error.getMessage()));
        return matcher.find() ? matcher.group(1) : "of a placeholder";
    }
}
