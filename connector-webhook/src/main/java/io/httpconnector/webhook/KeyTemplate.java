package io.httpconnector.webhook;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** The template of a key, whose placeholders are <code>{{secret}}</code> and <code>{{secret.NAME}}</code>. */
final class KeyTemplate {

    private KeyTemplate() {}

    /** Reports the problems of a template; {@code what} is the setting, {@code names} are those of the named secrets. */
    static void check(String template, String what, Set<String> names, List<String> problems) {
        boolean[] hasSecret = {false};
        Placeholder.compile(template, what, problems, text -> {}, placeholder -> {
            hasSecret[0] = true;
            String name = placeholder.name();
            if (name.startsWith(NamedSecrets.PREFIX)) {
                NamedSecrets.checkKnown(placeholder, names, problems);
            } else if (!name.equals("secret")) {
                problems.add(placeholder.place() + ": {{" + Texts.visible(name) + "}} is unknown, use {{secret}}");
            }
        });
        if (!hasSecret[0]) {
            problems.add(what + ": it does not contain {{secret}}");
        }
    }

    /** Creates the key from the bytes of a secret. */
    static byte[] apply(String template, byte[] secret) {
        return apply(template, name -> secret);
    }

    /** Creates the key from the bytes of secrets, by the names of their placeholders. */
    static byte[] apply(String template, Function<String, byte[]> secrets) {
        if (template.equals("{{secret}}")) {
            return secrets.apply("secret");
        }
        ByteArrayOutputStream key = new ByteArrayOutputStream();
        Placeholder.compile(
                template,
                "key",
                new ArrayList<>(),
                text -> key.writeBytes(text.getBytes(StandardCharsets.UTF_8)),
                placeholder -> key.writeBytes(placeholder.filter(secrets.apply(placeholder.name()))));
        return key.toByteArray();
    }
}
