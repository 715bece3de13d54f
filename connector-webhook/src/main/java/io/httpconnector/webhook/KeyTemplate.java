package io.httpconnector.webhook;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The template of a key, whose only placeholder is <code>{{secret}}</code>. */
final class KeyTemplate {

    private KeyTemplate() {}

    /** Reports the problems of a template; {@code what} is the setting. */
    static void check(String template, String what, List<String> problems) {
        boolean[] hasSecret = {false};
        Placeholder.compile(template, what, problems, text -> {}, placeholder -> {
            hasSecret[0] = true;
            if (!placeholder.name().equals("secret")) {
                problems.add(placeholder.place() + ": {{" + Texts.visible(placeholder.name())
                        + "}} is unknown, use {{secret}}");
            }
        });
        if (!hasSecret[0]) {
            problems.add(what + ": it does not contain {{secret}}");
        }
    }

    /** Creates the key from the bytes of a secret. */
    static byte[] apply(String template, byte[] secret) {
        if (template.equals("{{secret}}")) {
            return secret;
        }
        ByteArrayOutputStream key = new ByteArrayOutputStream();
        Placeholder.compile(
                template,
                "key",
                new ArrayList<>(),
                text -> key.writeBytes(text.getBytes(StandardCharsets.UTF_8)),
                placeholder -> key.writeBytes(placeholder.filter(secret)));
        return key.toByteArray();
    }
}
