package io.httpconnector;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Instant;
import java.util.Set;

@AnalyzeClasses(packages = "io.httpconnector", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule packagesHaveNoCircles =
            slices().matching("io.(httpconnector..)").should().beFreeOfCycles()
            .ignoreDependency(resideInAPackage("io.httpconnector"), alwaysTrue());

    @ArchTest
    static final ArchRule theRootUsesTlsAndInternalsOnly = noClasses()
            .that()
            .resideInAPackage("io.httpconnector")
            .should()
            .dependOnClassesThat(resideInAPackage("io.httpconnector.*..")
                    .and(not(resideInAPackage("io.httpconnector.internal..")))
                    .and(not(resideInAPackage("io.httpconnector.tls"))));

    @ArchTest
    static final ArchRule templatesUseTheRootOnly = classes()
            .that()
            .resideInAPackage("io.httpconnector.template..")
            .should()
            .onlyDependOnClassesThat(resideInAPackage("io.httpconnector.template..")
                    .or(resideInAPackage("io.httpconnector.internal.."))
                    .or(resideInAPackage("io.httpconnector"))
                    .or(resideInAPackage("java.."))
                    .or(resideInAPackage("com.fasterxml.jackson.."))
                    .or(resideInAPackage("org.jspecify..")));

    @ArchTest
    static final ArchRule theWizardUsesTheRootAndTemplates = classes()
            .that()
            .resideInAPackage("io.httpconnector.wizard..")
            .should()
            .onlyDependOnClassesThat(resideInAPackage("io.httpconnector.wizard..")
                    .or(resideInAPackage("io.httpconnector.internal.json"))
                    .or(resideInAPackage("io.httpconnector.template"))
                    .or(resideInAPackage("io.httpconnector.internal.."))
                    .or(resideInAPackage("io.httpconnector"))
                    .or(resideInAPackage("java.."))
                    .or(resideInAPackage("com.fasterxml.jackson.."))
                    .or(resideInAPackage("org.yaml.snakeyaml.."))
                    .or(resideInAPackage("org.jspecify..")));

    @ArchTest
    static final ArchRule triggersAndStateUseTheRootOnly = noClasses()
            .that()
            .resideInAnyPackage("io.httpconnector.trigger..", "io.httpconnector.state..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.httpconnector.template..", "io.httpconnector.polling..", "io.httpconnector.wizard..");

    @ArchTest
    static final ArchRule pollingKnowsNoWizard = noClasses()
            .that()
            .resideInAPackage("io.httpconnector.polling..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.httpconnector.wizard..");

    @ArchTest
    static final ArchRule micrometerIsKnownInItsPackageOnly = noClasses()
            .that()
            .resideOutsideOfPackage("io.httpconnector.micrometer..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.micrometer..");

    @ArchTest
    static final ArchRule librariesAreTheThreeOfTheDesign = classes()
            .should()
            .onlyDependOnClassesThat(resideInAPackage("io.httpconnector..")
                    .or(resideInAPackage("java.."))
                    .or(resideInAPackage("javax.net.ssl.."))
                    .or(resideInAPackage("javax.crypto.."))
                    .or(resideInAPackage("io.micrometer.."))
                    .or(resideInAPackage("javax.xml.stream.."))
                    .or(resideInAPackage("javax.security.auth.."))
                    .or(resideInAPackage("com.fasterxml.jackson.."))
                    .or(resideInAPackage("org.yaml.snakeyaml.."))
                    .or(resideInAPackage("com.cronutils.."))
                    .or(resideInAPackage("org.apache.hc.."))
                    .or(resideInAPackage("org.slf4j.."))
                    .or(resideInAPackage("org.jspecify..")));

    @ArchTest
    static final ArchRule apacheStaysInside = classes().that().arePublic().should(haveNoApacheTypeInTheirSignature());

    @ArchTest
    static final ArchRule timeAndWaitingArePassedIn = noClasses()
            .that()
            .doNotBelongToAnyOf(TimeSource.class)
            .should()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(Instant.class, "now");

    private static ArchCondition<JavaClass> haveNoApacheTypeInTheirSignature() {
        return new ArchCondition<>("have no type of org.apache.hc in a public or protected signature") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                check(type, "is derived from", Set.copyOf(type.getAllRawInterfaces()), events);
                check(type, "is derived from", Set.copyOf(type.getAllRawSuperclasses()), events);
                for (JavaCodeUnit unit : type.getCodeUnits()) {
                    if (isVisible(unit.getModifiers())) {
                        check(type, unit.getName() + " has", unit.getAllInvolvedRawTypes(), events);
                    }
                }
                for (JavaField field : type.getFields()) {
                    if (isVisible(field.getModifiers())) {
                        check(type, field.getName() + " has", field.getAllInvolvedRawTypes(), events);
                    }
                }
            }

            private void check(JavaClass type, String how, Set<JavaClass> involved, ConditionEvents events) {
                for (JavaClass one : involved) {
                    if (one.getPackageName().startsWith("org.apache.hc")) {
                        events.add(
                                SimpleConditionEvent.violated(type, type.getName() + ": " + how + " " + one.getName()));
                    }
                }
            }
        };
    }

    private static boolean isVisible(Set<JavaModifier> modifiers) {
        return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
    }
}
