"""The one door to the generated package: arguments checked, requests built, responses parsed."""
