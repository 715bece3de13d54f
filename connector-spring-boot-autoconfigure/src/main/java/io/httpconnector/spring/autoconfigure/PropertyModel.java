package io.httpconnector.spring.autoconfigure;

import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.core.DefaultParameterNameDiscoverer;

/**
 * The names of all properties below {@code connectors}, as the components of {@link ConnectorsProperties} declare them. An environment
 * variable has them without hyphens ({@code RESPONSETIMEOUT}), or with an underscore for each hyphen ({@code RESPONSE_TIMEOUT}): Spring
 * Boot finds both, but no mixture, and the second one not in maps.
 */
final class PropertyModel {

    private static final Pattern UPPER_CASE = Pattern.compile("(?<=[a-z0-9])[A-Z]");

    private final ConfigurationPropertyName name;
    private final boolean isVariable;
    private final Map<String, String> connections;

    private PropertyModel(ConfigurationPropertyName name, boolean isVariable, Map<String, String> connections) {
        this.name = name;
        this.isVariable = isVariable;
        this.connections = connections;
    }

    /**
     * A part of a name that does not exist.
     *
     * @param index the index of the element
     * @param known the names that exist in its place; empty if nothing may be below the element before it
     * @param variable the environment variable that Spring Boot finds instead; null if there is none
     * @param isGroup whether it exists, but has properties below it in place of a value
     */
    record Unknown(int index, List<String> known, @Nullable String variable, boolean isGroup) {

        Unknown(int index, List<String> known, @Nullable String variable) {
            this(index, known, variable, false);
        }
    }

    /**
     * The spelling of a part of an environment variable.
     *
     * @param variable the variable without the underscores in place of hyphens
     * @param hasUnderscores whether there are such underscores
     * @param lacksUnderscores whether there are hyphens without an underscore
     */
    private record Spelling(String variable, boolean hasUnderscores, boolean lacksUnderscores) {

        Spelling with(String words, int count, int hyphens) {
            return new Spelling(
                    variable + "_" + words.toUpperCase(Locale.ROOT),
                    hasUnderscores || count > 1,
                    lacksUnderscores || count <= hyphens);
        }
    }

    /**
     * Finds the first part of a name that does not exist.
     *
     * @param isVariable whether it is the name of an environment variable, each word of which is an element
     * @param connections the names of the connections in files by their form without hyphens
     * @return null if the name exists
     */
    static @Nullable Unknown check(
            ConfigurationPropertyName name, boolean isVariable, Map<String, String> connections) {
        return new PropertyModel(name, isVariable, connections)
                .check(ConnectorsProperties.class, 1, new Spelling("CONNECTORS", false, false));
    }

    private @Nullable Unknown check(Type type, int index, Spelling spelling) {
        if (index == name.getNumberOfElements() && isGroup(type)) {
            return isVariable ? null : new Unknown(index - 1, members(type), null, true);
        }
        if (index == name.getNumberOfElements()) {
            boolean isMixed = isVariable && spelling.hasUnderscores && spelling.lacksUnderscores;
            return isMixed ? new Unknown(index - 1, List.of(), spelling.variable) : null;
        }
        if (type instanceof ParameterizedType generic) {
            Type element = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
            if (generic.getRawType() == Map.class) {
                return element instanceof Class<?> leaf && !leaf.isRecord()
                        ? checkFree(index, spelling)
                        : checkNamed(element, index, spelling);
            }
            return name.isNumericIndex(index)
                    ? check(element, index + 1, spelling.with(name.getElement(index, Form.UNIFORM), 1, 0))
                    : new Unknown(index, List.of(), null);
        }
        return type instanceof Class<?> group && group.isRecord()
                ? checkMember(group, index, spelling)
                : new Unknown(index, List.of(), null);
    }

    /** Whether a property has others below it, and no value of its own. */
    private static boolean isGroup(Type type) {
        return type instanceof ParameterizedType generic
                ? generic.getRawType() == Map.class
                : type instanceof Class<?> group && group.isRecord();
    }

    private static List<String> members(Type type) {
        return type instanceof Class<?> group
                ? Arrays.stream(group.getRecordComponents())
                        .map(component -> UPPER_CASE
                                .matcher(component.getName())
                                .replaceAll(upper -> "-" + upper.group())
                                .toLowerCase(Locale.ROOT))
                        .toList()
                : List.of();
    }

    /** Checks a part of a map whose names are those of the service or of the application. */
    private @Nullable Unknown checkFree(int index, Spelling spelling) {
        if (!isVariable || !spelling.hasUnderscores) {
            return null;
        }
        Spelling all = spelling;
        for (int i = index; i < name.getNumberOfElements(); i++) {
            all = all.with(name.getElement(i, Form.UNIFORM), 1, 0);
        }
        return new Unknown(name.getNumberOfElements() - 1, List.of(), all.variable);
    }

    /** Checks a part of a map of connections, whose names may have hyphens, or of the secrets of connectors. */
    private @Nullable Unknown checkNamed(Type element, int index, Spelling spelling) {
        StringBuilder words = new StringBuilder();
        Unknown first = null;
        for (int i = index; i < (isVariable ? name.getNumberOfElements() : index + 1); i++) {
            words.append(name.getElement(i, Form.UNIFORM));
            String connection = connections.get(words.toString());
            if (i == index || connection != null) {
                int hyphens = connection == null
                        ? 0
                        : (int) connection.chars().filter(c -> c == '-').count();
                Unknown found = check(element, i + 1, spelling.with(words.toString(), i + 1 - index, hyphens));
                if (found == null) {
                    return null;
                }
                // A connection of the file is meant before one that only the variable has.
                first = first == null || connection != null ? found : first;
            }
        }
        return first;
    }

    private @Nullable Unknown checkMember(Class<?> group, int index, Spelling spelling) {
        Constructor<?>[] constructors = group.getDeclaredConstructors();
        if (constructors.length == 0) {
            // A native image without the hints of the type.
            return null;
        }
        Constructor<?> constructor = constructors[0];
        @Nullable String @Nullable [] members = new DefaultParameterNameDiscoverer().getParameterNames(constructor);
        if (members == null) {
            return null;
        }
        Type[] types = constructor.getGenericParameterTypes();
        StringBuilder words = new StringBuilder();
        Unknown inside = null;
        for (int i = index; i < (isVariable ? name.getNumberOfElements() : index + 1); i++) {
            words.append(name.getElement(i, Form.UNIFORM));
            for (int member = 0; member < members.length; member++) {
                String known = String.valueOf(members[member]);
                if (known.toLowerCase(Locale.ROOT).contentEquals(words)) {
                    int hyphens = withHyphens(known).length() - known.length();
                    Unknown found =
                            check(types[member], i + 1, spelling.with(words.toString(), i + 1 - index, hyphens));
                    if (found == null) {
                        return null;
                    }
                    inside = found;
                }
            }
        }
        return inside == null ? new Unknown(index, names(members), null) : inside;
    }

    private static List<String> names(@Nullable String[] members) {
        List<String> names = new ArrayList<>();
        for (String member : members) {
            names.add(withHyphens(String.valueOf(member)));
        }
        return names;
    }

    private static String withHyphens(String member) {
        return UPPER_CASE
                .matcher(member)
                .replaceAll(letter -> "-" + letter.group().toLowerCase(Locale.ROOT));
    }
}
