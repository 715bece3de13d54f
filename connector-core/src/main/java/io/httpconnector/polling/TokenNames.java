package io.httpconnector.polling;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The names of tokens in responses, and of the parameters with which they are sent. Services write both in different styles, such as
 * {@code vid-offset} and {@code vidOffset}, and leave out words, but the last word is usually the same.
 */
final class TokenNames {

    /** The maximum number of parameters that are tried for a token. */
    private static final int MAX_PARAMETERS = 5;

    /** The last words of names of tokens, unless they are positions in the list. */
    private static final Set<String> TOKENS =
            Set.of("cursor", "after", "continue", "continuation", "marker", "bookmark");

    /** The last words of names of tokens in two words. */
    private static final Set<String> PAIRS = Set.of("page token", "scroll id");

    private static final Pattern WORDS =
            Pattern.compile("[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])");

    private TokenNames() {}

    /** Returns the words of a name in lower case. */
    static List<String> words(String name) {
        return Arrays.stream(WORDS.split(name, -1))
                .filter(word -> !word.isEmpty())
                .map(word -> word.toLowerCase(Locale.ROOT))
                .toList();
    }

    /** Returns whether a name is that of a token. */
    static boolean isToken(String name) {
        List<String> words = words(name);
        int count = words.size();
        return count > 0
                && (TOKENS.contains(words.get(count - 1))
                        || (count > 1 && PAIRS.contains(words.get(count - 2) + " " + words.get(count - 1))));
    }

    /** Returns whether a name is that of an offset with a prefix, which is a token beside a flag for more pages. */
    static boolean isPrefixedOffset(String name) {
        List<String> words = words(name);
        return words.size() > 1 && words.get(words.size() - 1).equals("offset");
    }

    /** Returns likely names of the parameter of a token, derived from its name, most likely first. */
    static List<String> parameters(String name) {
        String bare = name.replaceFirst("(?i)^next[_-]?", "");
        Set<String> likely = new LinkedHashSet<>();
        if (!bare.isEmpty()) {
            likely.add(bare.substring(0, 1).toLowerCase(Locale.ROOT) + bare.substring(1));
        }
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.endsWith("continue")) {
            return List.copyOf(likely);
        }
        List<String> words = words(bare);
        if (words.equals(List.of("after", "cursor"))) {
            likely.add("page[after]");
        }
        if (!words.isEmpty()) {
            likely.add(camelCase(words));
            likely.add(String.join("_", words));
        }
        likely.add(name);
        if (lower.contains("token")) {
            likely.addAll(List.of("pagination_token", "page_token", "pageToken", "cursor"));
        } else if (isPrefixedOffset(name)) {
            likely.add("offset");
        } else {
            likely.addAll(List.of("cursor", "start_cursor", "after", "page_token", "pageToken"));
        }
        return likely.stream().limit(MAX_PARAMETERS).toList();
    }

    private static String camelCase(List<String> words) {
        return words.get(0)
                + words.stream()
                        .skip(1)
                        .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                        .collect(Collectors.joining());
    }
}
