package io.httpconnector.spring.autoconfigure;

import io.httpconnector.spring.autoconfigure.UnknownProperties.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * A check for names below {@code connectors} that Spring Boot changes, because it ignores some characters outside brackets, splits names
 * at others, and does not distinguish some spellings. Environment variables have no such characters.
 */
final class ChangedNames {

    /** Characters that Spring Boot ignores. */
    private static final Pattern CHANGED = Pattern.compile("[^A-Za-z0-9_.-]|\\.-");

    /** A property whose names are those of the service, and what follows. */
    private static final Pattern MAP_ENTRY =
            Pattern.compile("(connectors\\.connections\\.[^.\\[]+\\.(?:query|headers|values|secrets))([.\\[].*)");

    /** A name that Spring Boot does not change. */
    private static final Pattern PLAIN_ENTRY = Pattern.compile("(?:\\.[A-Za-z0-9_][A-Za-z0-9_-]*)+");

    /** An element of a list. */
    private static final Pattern LIST = Pattern.compile("\\.[^.\\[\\]]+\\[[0-9]+\\]");

    /** What surrounds a name in a wrong spelling. */
    private static final Pattern QUOTED = Pattern.compile("^\\.?\"?\\[(?=.*\\]\"?$)|^\\.|\\]\"$");

    /** The names of services as they are written first, by their form in which Spring Boot compares them. */
    private final Map<String, String> entries = new HashMap<>();

    private final List<Problem> problems = new ArrayList<>();

    private ChangedNames() {}

    /** Returns a problem for each name. */
    static List<Problem> find(Environment environment) {
        ChangedNames found = new ChangedNames();
        if (environment instanceof ConfigurableEnvironment configurable) {
            configurable.getPropertySources().stream()
                    .filter(source -> !source.getName().equals(UnknownProperties.TEST_SOURCE)
                            && !(source instanceof SystemEnvironmentPropertySource))
                    .forEach(found::add);
        }
        return found.problems;
    }

    private void add(PropertySource<?> source) {
        if (!(source instanceof EnumerablePropertySource<?> names)) {
            return;
        }
        for (String name : names.getPropertyNames()) {
            if (!name.startsWith(UnknownProperties.ROOT + ".")) {
                continue;
            }
            Matcher entry = MAP_ENTRY.matcher(name);
            String problem = null;
            if (entry.matches()) {
                problem = problemOfEntry(entry.group(1), entry.group(2));
            } else if (CHANGED.matcher(withoutBrackets(name)).find()) {
                problem = "use letters, digits and hyphens, or write the part in brackets, such as [a/b]";
            }
            if (problem != null) {
                problems.add(new Problem(
                        ConfigurationPropertyName.adapt(name, '.'),
                        name + ": Spring Boot would change this name: " + problem + ". It is set in "
                                + origin(name, source)));
            }
        }
    }

    /**
     * Returns why a name of the service would be changed; null if it would not.
     *
     * @param group the property with the names
     * @param rest the name as it follows the group: {@code .name} or {@code [name]}
     */
    private @Nullable String problemOfEntry(String group, String rest) {
        if (PLAIN_ENTRY.matcher(rest).matches()) {
            String other =
                    entries.putIfAbsent(group + rest.replaceAll("[-_]", "").toLowerCase(Locale.ROOT), rest);
            return other == null || other.equals(rest)
                    ? null
                    : "it does not distinguish " + group + other + ": use one of them, or write both names in brackets";
        }
        if (isInBrackets(rest)) {
            return null;
        }
        String key = QUOTED.matcher(rest).replaceAll("");
        if (LIST.matcher(rest).matches()) {
            return "a name has one value and no list; if this is the name, write it as " + bracketed(group, key);
        }
        return key.chars().filter(c -> c == '[').count()
                                == key.chars().filter(c -> c == ']').count()
                        && !key.isEmpty()
                ? "write it as " + bracketed(group, key)
                : "such a name is possible in a connector document only";
    }

    private static String bracketed(String group, String key) {
        return group + "[" + key + "], in YAML with the key \"[" + key + "]\"";
    }

    /** Whether a text is one pair of brackets with balanced ones in it. */
    private static boolean isInBrackets(String text) {
        int depth = 0;
        for (int i = 0; i < text.length(); i++) {
            depth += text.charAt(i) == '[' ? 1 : text.charAt(i) == ']' ? -1 : 0;
            if (depth == 0) {
                return text.startsWith("[") && i == text.length() - 1 && text.length() > 2;
            }
        }
        return false;
    }

    private static String origin(String name, PropertySource<?> source) {
        Origin origin = OriginLookup.getOrigin(source, name);
        return origin == null ? source.getName() : origin.toString();
    }

    private static String withoutBrackets(String name) {
        StringBuilder plain = new StringBuilder();
        int depth = 0;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            // Empty brackets are part of a name.
            boolean isEmpty = c == '[' && depth == 0 && name.startsWith("[]", i);
            depth += c == '[' ? 1 : 0;
            if (depth == 0 || isEmpty) {
                plain.append(c);
            }
            depth -= c == ']' && depth > 0 ? 1 : 0;
        }
        return plain.toString();
    }
}
